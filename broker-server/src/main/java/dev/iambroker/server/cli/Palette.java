package dev.iambroker.server.cli;

/** Colours, on a terminal whose user did not ask for none. */
final class Palette {
    private final boolean on;

    private Palette(boolean on) {
        this.on = on;
    }

    /** See no-color.org: any value but the empty one counts. */
    static Palette of(Surroundings around) {
        return new Palette(isTerminal(around)
                && around.environment().getOrDefault("NO_COLOR", "").isEmpty());
    }

    /** Whether the cursor can be moved. */
    static boolean isTerminal(Surroundings around) {
        return around.terminal()
                && !around.environment().getOrDefault("TERM", "").equals("dumb");
    }

    boolean isOn() {
        return on;
    }

    String paint(Colour colour, String text) {
        return on && colour != Colour.PLAIN ? "\u001b[" + colour.code + "m" + text + "\u001b[0m" : text;
    }

    /** What a cell wants to say at a glance. */
    enum Colour {
        PLAIN(0),
        HEAD(1),
        GOOD(32),
        BUSY(33),
        BAD(31);

        private final int code;

        Colour(int code) {
            this.code = code;
        }
    }
}

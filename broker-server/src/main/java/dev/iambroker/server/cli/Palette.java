package dev.iambroker.server.cli;

/** Colours, on a terminal whose user did not ask for none. */
final class Palette {
    private static final Palette NONE = new Palette(false, false);

    private final boolean on;
    private final boolean many;

    private Palette(boolean on, boolean many) {
        this.on = on;
        this.many = many;
    }

    /** See no-color.org: any value but the empty one counts. */
    static Palette of(Surroundings around) {
        var isWanted = around.environment().getOrDefault("NO_COLOR", "").isEmpty();
        return isTerminal(around) && isWanted ? new Palette(true, hasManyColours(around)) : NONE;
    }

    private static boolean hasManyColours(Surroundings around) {
        var environment = around.environment();
        return environment.getOrDefault("TERM", "").contains("256color")
                || !environment.getOrDefault("COLORTERM", "").isEmpty();
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
        if (!on || colour == Colour.PLAIN) {
            return text;
        }
        return "\u001b[" + (many ? colour.exact : colour.basic) + "m" + text + "\u001b[0m";
    }

    /** What a cell wants to say at a glance. The exact shades can be read on black and on white; basic yellow cannot. */
    enum Colour {
        PLAIN("0", "0"),
        HEAD("1", "1"),
        GOOD("32", "38;5;34"),
        BUSY("33", "38;5;136"),
        BAD("31", "38;5;160");

        private final String basic;
        private final String exact;

        Colour(String basic, String exact) {
            this.basic = basic;
            this.exact = exact;
        }
    }
}

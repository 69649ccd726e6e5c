package dev.iambroker.server.cli;

import java.util.Map;

/** How many characters a terminal shows beside and below each other. */
public record Screen(int columns, int rows) {
    /** What every terminal had, and what is assumed of one that does not say. */
    public static final Screen USUAL = new Screen(80, 24);

    /** That of a pipe or a file, where nothing is in short supply. */
    static final Screen ENDLESS = new Screen(Integer.MAX_VALUE, Integer.MAX_VALUE);

    /** Below this nothing can be laid out; such numbers come from terminals that nobody looks at. */
    private static final int LEAST = 20;

    /** Where stdout leads to just now. */
    static Screen of(Surroundings around) {
        return around.terminal() ? around.screen().get().sensible(around.environment()) : ENDLESS;
    }

    /** A serial line knows no size; whoever uses one sets {@code COLUMNS}. */
    private Screen sensible(Map<String, String> environment) {
        if (columns >= LEAST && rows > 0) {
            return this;
        }
        String named = environment.getOrDefault("COLUMNS", "");
        boolean isUsable = named.matches("[0-9]{2,4}") && Integer.parseInt(named) >= LEAST;
        return isUsable ? new Screen(Integer.parseInt(named), USUAL.rows) : USUAL;
    }
}

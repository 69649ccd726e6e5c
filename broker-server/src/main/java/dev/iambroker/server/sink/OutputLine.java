package dev.iambroker.server.sink;

import java.util.regex.Pattern;

/** What a program printed, as a part of a line of the log. */
final class OutputLine {
    private static final int MOST = 300;

    /** As long as no word of a language, and shorter than any part of a token: a program may print what it was given to read. */
    private static final Pattern SECRET = Pattern.compile("[A-Za-z0-9_+/=~-]{32,}");

    private OutputLine() {}

    static String of(String output) {
        String visible =
                output.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+", " ").strip();
        String clean = SECRET.matcher(visible).replaceAll("***");
        return clean.length() <= MOST ? clean : clean.substring(0, MOST) + "…";
    }
}

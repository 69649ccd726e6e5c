package dev.iambroker.server.cli;

import java.util.stream.Collector;

/** Text from elsewhere, made safe to show on one line of a terminal. */
final class PlainText {
    private static final int MAX_CODE_POINTS = 2_000;

    private PlainText() {}

    /** Escape sequences, line breaks and direction overrides could rewrite what the user sees; they become blanks. */
    static String of(String text) {
        return text.codePoints()
                .limit(MAX_CODE_POINTS)
                .map(codePoint -> isHarmless(codePoint) ? codePoint : ' ')
                .boxed()
                .collect(Collector.of(
                        StringBuilder::new,
                        StringBuilder::appendCodePoint,
                        StringBuilder::append,
                        StringBuilder::toString))
                .strip();
    }

    private static boolean isHarmless(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}

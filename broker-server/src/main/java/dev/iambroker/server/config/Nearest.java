package dev.iambroker.server.config;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Guesses what a misspelt word was meant to be. */
final class Nearest {
    /** One slip, and one more for every so many letters. */
    private static final int LETTERS_PER_SLIP = 4;

    private Nearest() {}

    /** The closest of {@code valid}, or null where none is close. */
    static @Nullable String of(String word, Collection<String> valid) {
        String best = null;
        int bestDistance = Integer.MAX_VALUE;
        String plain = plain(word);
        for (String candidate : valid) {
            int limit = 1 + candidate.length() / LETTERS_PER_SLIP;
            if (Math.abs(candidate.length() - plain.length()) <= limit) {
                int distance = distance(plain, plain(candidate));
                if (distance <= limit && distance < bestDistance) {
                    best = candidate;
                    bestDistance = distance;
                }
            }
        }
        return best;
    }

    /** The end of a message: {@code ; did you mean "x"?}, or nothing. */
    static String question(@Nullable String nearest) {
        return nearest == null ? "" : "; did you mean \"" + nearest + "\"?";
    }

    private static String plain(String word) {
        return word.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Levenshtein's, a row at a time. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}

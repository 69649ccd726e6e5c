package dev.iambroker.account;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Guesses what a misspelt word was meant to be. Thread-safe. */
public final class Nearest {
    /** One slip, and one more for every so many letters. */
    private static final int LETTERS_PER_SLIP = 4;

    private Nearest() {}

    /** The closest of {@code valid}, or null where none is close. */
    public static @Nullable String of(String word, Collection<String> valid) {
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
    public static String question(@Nullable String nearest) {
        return nearest == null ? "" : "; did you mean \"" + nearest + "\"?";
    }

    private static String plain(String word) {
        return word.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Levenshtein's, with two neighbours swapped as one slip; the last three rows of the table. */
    private static int distance(String a, String b) {
        int width = b.length() + 1;
        int[] beforeLast = new int[width];
        int[] last = new int[width];
        int[] row = new int[width];
        for (int j = 0; j < width; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] oldest = beforeLast;
            beforeLast = last;
            last = row;
            row = oldest;
            row[0] = i;
            for (int j = 1; j < width; j++) {
                int replaced = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(last[j], row[j - 1]));
                if (isSwap(a, i, b, j)) {
                    row[j] = Math.min(row[j], 1 + beforeLast[j - 2]);
                }
            }
        }
        return row[b.length()];
    }

    private static boolean isSwap(String a, int i, String b, int j) {
        return i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    }
}

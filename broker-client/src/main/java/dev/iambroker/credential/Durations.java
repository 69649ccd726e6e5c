package dev.iambroker.credential;

/** {@code 90s}, {@code 5m}, {@code 2h}, {@code PT5M}; {@code java.time} would load a dozen classes for it. */
final class Durations {

    private static final int NO_UNIT_YET = 3601;

    private Durations() {}

    /** In seconds; -1 for anything else than a duration. */
    static int seconds(String text) {
        if (text.startsWith("PT") || text.startsWith("pt") || text.startsWith("Pt") || text.startsWith("pT")) {
            return isoSeconds(text);
        }
        int last = text.length() - 1;
        if (last < 1 || digitsEnd(text, 0) != last || "smh".indexOf(text.charAt(last)) < 0) {
            return -1;
        }
        return number(text, 0, last) * unitSeconds(text.charAt(last));
    }

    /** PT1H2M3S: each unit at most once, larger ones first. */
    private static int isoSeconds(String text) {
        int total = 0;
        int previous = NO_UNIT_YET;
        int at = 2;
        while (at < text.length()) {
            int end = digitsEnd(text, at);
            int unit = end > at && end < text.length() ? unitSeconds(text.charAt(end)) : 0;
            if (unit == 0 || unit >= previous) {
                return -1;
            }
            total += number(text, at, end) * unit;
            previous = unit;
            at = end + 1;
        }
        return previous == NO_UNIT_YET ? -1 : total;
    }

    /** Where the digits end that start here; where they start when there are none or more than four. */
    private static int digitsEnd(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at - from > 4 ? from : at;
    }

    private static int number(String text, int from, int end) {
        int number = 0;
        for (int i = from; i < end; i++) {
            number = number * 10 + (text.charAt(i) - '0');
        }
        return number;
    }

    private static int unitSeconds(char unit) {
        return switch (unit) {
            case 's', 'S' -> 1;
            case 'm', 'M' -> 60;
            case 'h', 'H' -> 3600;
            default -> 0;
        };
    }
}

package dev.iambroker.it.bench;

import java.util.Locale;

/** What a figure should be. */
record Target(Sense sense, double limit, Unit unit) {
    enum Sense {
        AT_MOST("<="),
        AT_LEAST(">=");

        private final String sign;

        Sense(String sign) {
            this.sign = sign;
        }
    }

    enum Unit {
        /** Of the peer's. */
        TIMES(" x"),
        PERCENT(" %"),
        MILLIS(" ms"),
        MIB(" MiB"),
        KIB(" KiB"),
        REQUESTS(""),
        THOUSANDS(" thousand");

        private final String suffix;

        Unit(String suffix) {
            this.suffix = suffix;
        }
    }

    static Target atMost(double limit, Unit unit) {
        return new Target(Sense.AT_MOST, limit, unit);
    }

    static Target atLeast(double limit, Unit unit) {
        return new Target(Sense.AT_LEAST, limit, unit);
    }

    /** By the median alone. */
    boolean isMetBy(Measured measured) {
        return switch (sense) {
            case AT_MOST -> measured.median() <= limit;
            case AT_LEAST -> measured.median() >= limit;
        };
    }

    String text() {
        return sense.sign + " " + String.format(Locale.ROOT, "%s", shortest(limit)) + unit.suffix;
    }

    /** As {@code 1.02 x (0.98-1.05)}. */
    String text(Measured measured) {
        String median = digits(measured.median()) + unit.suffix;
        return measured.isSingle()
                ? median
                : median + " (" + digits(measured.least()) + "–" + digits(measured.most()) + ")";
    }

    private static String shortest(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }

    /** Three digits that count, and no more than three behind the point. */
    static String digits(double number) {
        double size = Math.abs(number);
        String format = size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, format, number);
    }
}

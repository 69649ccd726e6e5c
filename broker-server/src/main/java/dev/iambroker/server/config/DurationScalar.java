package dev.iambroker.server.config;

import java.time.DateTimeException;
import java.time.Duration;

/** {@code 90s}, {@code 5m}, {@code 2h} or ISO-8601, from zero to a maximum. */
record DurationScalar(Duration max) implements Scalar<Duration> {
    private static final int MAX_DIGITS = 9;

    @Override
    public Duration read(String text, boolean plain) throws Unacceptable {
        Duration duration = text.startsWith("P") ? iso(text) : withUnit(text);
        if (duration.isNegative() || duration.compareTo(max) > 0) {
            throw new Unacceptable("is out of range");
        }
        return duration;
    }

    private static Duration iso(String text) throws Unacceptable {
        try {
            return Duration.parse(text);
        } catch (DateTimeException e) {
            throw new Unacceptable("is no duration");
        }
    }

    private static Duration withUnit(String text) throws Unacceptable {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        if (digits == 0 || digits > MAX_DIGITS) {
            throw new Unacceptable("is no duration");
        }
        long number = Long.parseLong(text.substring(0, digits));
        return switch (text.substring(digits)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            case "" -> throw new Unacceptable("is a number without a unit");
            default -> throw new Unacceptable("is no duration");
        };
    }

    @Override
    public String expected() {
        return "at most " + show(max) + ", written 90s, 5m, 2h or PT5M";
    }

    @Override
    public Object shown(Duration value) {
        return show(value);
    }

    /** The shortest of the forms that the configuration accepts. */
    static String show(Duration value) {
        if (value.toNanosPart() != 0) {
            return value.toString();
        }
        long seconds = value.toSeconds();
        if (seconds != 0 && seconds % 3600 == 0) {
            return seconds / 3600 + "h";
        }
        return seconds != 0 && seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
    }
}

package dev.iambroker.policy;

import java.time.Duration;
import java.util.Optional;

/**
 * How many requests a client may make: {@code count} at once, and from then on {@code count} in every {@code unit}.
 *
 * @param count from 1 to {@link #MOST}
 * @param unit a second, a minute or an hour
 */
public record Rate(int count, Duration unit) {
    /** More in any unit is no limit: the whole daemon does not answer so many in a second. */
    public static final int MOST = 1_000_000;

    /** What a rate looks like, for messages. */
    public static final String FORM = "COUNT/s, COUNT/m or COUNT/h, COUNT from 1 to " + MOST + ", such as 10/s";

    private static final int MOST_DIGITS = 7;

    public Rate {
        if (count < 1 || count > MOST || !unit.isPositive()) {
            throw new IllegalArgumentException("a rate is " + FORM);
        }
    }

    /** Reads a rate as the configuration writes it; empty where it is none. */
    public static Optional<Rate> parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 1 || slash > MOST_DIGITS || !isNumber(text.substring(0, slash))) {
            return Optional.empty();
        }
        int count = Integer.parseInt(text.substring(0, slash));
        if (count < 1 || count > MOST) {
            return Optional.empty();
        }
        return switch (text.substring(slash + 1)) {
            case "s" -> Optional.of(new Rate(count, Duration.ofSeconds(1)));
            case "m" -> Optional.of(new Rate(count, Duration.ofMinutes(1)));
            case "h" -> Optional.of(new Rate(count, Duration.ofHours(1)));
            default -> Optional.empty();
        };
    }

    private static boolean isNumber(String text) {
        return text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    @Override
    public String toString() {
        long seconds = unit.toSeconds();
        return count + (seconds == 1 ? "/s" : seconds == 60 ? "/m" : "/h");
    }
}

package dev.iambroker.server.iam;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code Retry-After} in both its forms, RFC 9110 section 10.2.3, kept within what a broker can follow. */
final class RetryAfter {
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");

    private RetryAfter() {}

    /** Null where the answer has none that can be read. A date counts from the answer's own, else from {@code clock}. */
    static @Nullable Duration of(HttpAnswer answer, InstantSource clock) {
        Duration asked = answer.header("Retry-After")
                .map(value -> asked(value.strip(), answer, clock))
                .orElse(null);
        return asked == null ? null : clamped(asked);
    }

    private static @Nullable Duration asked(String value, HttpAnswer answer, InstantSource clock) {
        if (SECONDS.matcher(value).matches()) {
            return Duration.ofSeconds(Long.parseLong(value));
        }
        Instant until = date(value);
        return until == null ? null : Duration.between(now(answer, clock), until);
    }

    private static Instant now(HttpAnswer answer, InstantSource clock) {
        return dateOf(answer).orElseGet(clock::instant);
    }

    /** When the answer says that it was made, RFC 9110 section 6.6.1: whole seconds by the clock of who made it. */
    static Optional<Instant> dateOf(HttpAnswer answer) {
        return answer.header("Date").map(RetryAfter::date);
    }

    private static @Nullable Instant date(String value) {
        try {
            return ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private static Duration clamped(Duration asked) {
        if (asked.compareTo(SHORTEST) < 0) {
            return SHORTEST;
        }
        return asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
    }
}

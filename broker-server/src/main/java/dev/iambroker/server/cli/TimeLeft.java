package dev.iambroker.server.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Instants and spans as people read them. */
final class TimeLeft {
    private static final long MINUTE = 60;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private static final DateTimeFormatter THIS_YEAR = DateTimeFormatter.ofPattern("EEE d MMM, HH:mm", Locale.ENGLISH);
    private static final DateTimeFormatter ANY_YEAR = DateTimeFormatter.ofPattern("d MMM uuuu, HH:mm", Locale.ENGLISH);

    private final InstantSource clock;
    private final ZoneId zone;

    TimeLeft(InstantSource clock, ZoneId zone) {
        this.clock = clock;
        this.zone = zone;
    }

    static TimeLeft of(Surroundings around) {
        return new TimeLeft(around.clock(), around.zone());
    }

    /** {@code in 27 min}; {@code past} once it is over, {@code -} where nothing is known. */
    String until(@Nullable Instant instant, String past) {
        if (instant == null) {
            return "-";
        }
        var left = Duration.between(clock.instant(), instant);
        return left.isPositive() ? "in " + span(left) : past;
    }

    /** {@code 3 min ago}; empty where nothing is known. */
    String since(@Nullable Instant instant) {
        if (instant == null) {
            return "";
        }
        var gone = Duration.between(instant, clock.instant());
        return gone.toSeconds() < 1 ? "just now" : span(gone) + " ago";
    }

    /** {@code Tue 24 Nov, 14:05}, by the clock on the user's wall. */
    String date(Instant instant) {
        var then = instant.atZone(zone);
        var isThisYear = then.getYear() == clock.instant().atZone(zone).getYear();
        return (isThisYear ? THIS_YEAR : ANY_YEAR).format(then);
    }

    /** {@code 27 min}: at least two of its unit, so that it is exact to a third at worst. */
    static String span(Duration span) {
        var seconds = span.toSeconds();
        if (seconds < 2 * MINUTE) {
            return seconds + " s";
        }
        if (seconds < 2 * HOUR) {
            return seconds / MINUTE + " min";
        }
        return seconds < 2 * DAY ? seconds / HOUR + " h" : seconds / DAY + " days";
    }

    /** An RFC 3339 member; null where it is absent, null or unreadable. */
    static @Nullable Instant instant(JsonNode node, String member) {
        var text = Json.text(node, member);
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeException unreadable) {
            return null;
        }
    }
}

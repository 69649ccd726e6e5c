package dev.iambroker.server.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Instants and spans as people read them. */
final class TimeLeft {
    private static final long MINUTE = 60;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private final InstantSource clock;

    TimeLeft(InstantSource clock) {
        this.clock = clock;
    }

    /** {@code 27m}; {@code past} once it is over, {@code -} where nothing is known. */
    String until(@Nullable Instant instant, String past) {
        if (instant == null) {
            return "-";
        }
        var left = Duration.between(clock.instant(), instant);
        return left.isPositive() ? brief(left) : past;
    }

    /** {@code 3m ago}. */
    String since(@Nullable Instant instant) {
        if (instant == null) {
            return "";
        }
        var gone = Duration.between(instant, clock.instant());
        return (gone.isNegative() ? "0s" : brief(gone)) + " ago";
    }

    /** {@code in 27 min}. */
    String inWords(Instant instant) {
        var left = Duration.between(clock.instant(), instant);
        return left.isPositive() ? "in " + spelt(left) : "now";
    }

    /** The two largest sensible digits and a unit, never longer than four characters below a hundred days. */
    static String brief(Duration span) {
        var seconds = span.toSeconds();
        if (seconds < 2 * MINUTE) {
            return seconds + "s";
        }
        if (seconds < 2 * HOUR) {
            return seconds / MINUTE + "m";
        }
        return seconds < 2 * DAY ? seconds / HOUR + "h" : seconds / DAY + "d";
    }

    /** {@code 27 min}. */
    static String spelt(Duration span) {
        var brief = brief(span);
        var amount = brief.substring(0, brief.length() - 1);
        return switch (brief.charAt(brief.length() - 1)) {
            case 's' -> amount + " s";
            case 'm' -> amount + " min";
            case 'h' -> amount + " h";
            default -> amount + " days";
        };
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

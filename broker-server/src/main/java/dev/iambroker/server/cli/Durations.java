package dev.iambroker.server.cli;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 90s}, {@code 5m}, {@code 2h}, {@code PT5M}, and {@code 0}, which needs no unit. */
final class Durations implements ITypeConverter<Duration> {
    private static final Pattern SHORT = Pattern.compile("([0-9]{1,6})([smh])");

    @Override
    public Duration convert(String text) {
        if (text.equals("0")) {
            return Duration.ZERO;
        }
        var match = SHORT.matcher(text);
        return match.matches() ? ofUnit(Long.parseLong(match.group(1)), match.group(2)) : iso(text);
    }

    private static Duration ofUnit(long amount, String unit) {
        return switch (unit) {
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            default -> Duration.ofHours(amount);
        };
    }

    private static Duration iso(String text) {
        try {
            var parsed = Duration.parse(text);
            if (!parsed.isNegative()) {
                return parsed;
            }
        } catch (DateTimeParseException notOne) {
            // Reported below with the forms that are accepted.
        }
        throw new TypeConversionException("a time is written 90s, 5m, 2h or PT5M");
    }
}

package dev.iambroker.server.config;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** The moment at which something ends: an instant of RFC 3339, or a day, which then is the last one in UTC. */
record EndScalar() implements Scalar<Instant> {
    private static final int LENGTH_OF_A_DAY = "2026-12-31".length();

    @Override
    public Instant read(String text, boolean plain) throws Unacceptable {
        try {
            return text.length() == LENGTH_OF_A_DAY
                    ? LocalDate.parse(text)
                            .plusDays(1)
                            .atStartOfDay(ZoneOffset.UTC)
                            .toInstant()
                    : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw new Unacceptable("is no date or time");
        }
    }

    @Override
    public String expected() {
        return "2026-12-31 for the whole of that day in UTC, or 2026-12-31T18:00:00Z";
    }

    @Override
    public Object shown(Instant value) {
        return value.toString();
    }
}

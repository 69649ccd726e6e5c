package dev.iambroker.server.http;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All metrics as text. Thread-safe. */
@FunctionalInterface
public interface MetricsExposition {
    /** @param accept the Accept header of the scraper, null without one */
    Scrape scrape(@Nullable String accept);

    /** One scrape, text of {@code mediaType} in UTF-8, in pieces. */
    record Scrape(String mediaType, List<byte[]> pieces) {
        /** In one. */
        public static Scrape of(String mediaType, String text) {
            return new Scrape(mediaType, List.of(text.getBytes(StandardCharsets.UTF_8)));
        }
    }
}

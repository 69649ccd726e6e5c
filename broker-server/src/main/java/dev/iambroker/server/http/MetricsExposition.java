package dev.iambroker.server.http;

import org.jspecify.annotations.Nullable;

/** All metrics as text. Thread-safe. */
@FunctionalInterface
public interface MetricsExposition {
    /** @param accept the Accept header of the scraper, null without one */
    Scrape scrape(@Nullable String accept);

    /** One scrape, text of {@code mediaType}. */
    record Scrape(String mediaType, String text) {}
}

package dev.iambroker.server.telemetry;

/**
 * One answer to a scrape.
 *
 * @param contentType value of the header {@code Content-Type}
 * @param body to be sent in UTF-8
 */
public record Exposition(String contentType, String body) {}

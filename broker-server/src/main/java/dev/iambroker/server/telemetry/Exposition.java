package dev.iambroker.server.telemetry;

import java.util.List;

/**
 * One answer to a scrape.
 *
 * @param contentType value of the header {@code Content-Type}
 * @param pieces of the body, in UTF-8, to be sent one after the other
 */
public record Exposition(String contentType, List<byte[]> pieces) {}

package dev.iambroker.server.cli;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What the daemon answered. The body may hold a token. */
final class BrokerAnswer {
    private final int status;
    private final @Nullable String etag;
    private final byte[] body;

    BrokerAnswer(int status, @Nullable String etag, byte[] body) {
        this.status = status;
        this.etag = etag;
        this.body = body;
    }

    int status() {
        return status;
    }

    /** As it was sent, quotes and all; null without one. */
    @Nullable
    String etag() {
        return etag;
    }

    byte[] body() {
        return body;
    }

    boolean isSuccess() {
        return status == 200 || status == 204;
    }

    String text() {
        return new String(body, StandardCharsets.UTF_8);
    }
}

package dev.iambroker.server.cli;

import java.nio.charset.StandardCharsets;

/** What the daemon answered. The body may hold a token. */
final class BrokerAnswer {
    private final int status;
    private final byte[] body;

    BrokerAnswer(int status, byte[] body) {
        this.status = status;
        this.body = body;
    }

    int status() {
        return status;
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

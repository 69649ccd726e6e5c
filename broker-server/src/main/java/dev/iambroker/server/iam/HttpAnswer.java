package dev.iambroker.server.iam;

import java.net.http.HttpHeaders;
import java.util.Arrays;
import java.util.Optional;

/** A whole answer, body included. The body may hold tokens: nothing here prints it. */
final class HttpAnswer {
    private final int status;
    private final HttpHeaders headers;
    private final byte[] body;

    HttpAnswer(int status, HttpHeaders headers, byte[] body) {
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    int status() {
        return status;
    }

    boolean isSuccess() {
        return status / 100 == 2;
    }

    Optional<String> header(String name) {
        return headers.firstValue(name);
    }

    /** Overwrites the body, which is not to be asked for any more. */
    void wipe() {
        Arrays.fill(body, (byte) 0);
    }

    /** Not copied; the answer belongs to whoever sent the call. */
    byte[] body() {
        return body;
    }
}

package dev.iambroker.credential;

import java.nio.charset.StandardCharsets;

/** Answers as the daemon writes them. */
final class Answers {

    static final String CREDENTIAL =
            "{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"t0k\"}}";

    private Answers() {}

    static String ok(String body) {
        return answer(200, "application/json", body);
    }

    static String problem(int status, String body) {
        return answer(status, "application/problem+json", body);
    }

    static String answer(int status, String type, String body) {
        return "HTTP/1.1 " + status + " Whatever\r\nContent-Type: " + type + "\r\nCache-Control: no-store\r\n"
                + "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length + "\r\nConnection: close\r\n\r\n"
                + body;
    }
}

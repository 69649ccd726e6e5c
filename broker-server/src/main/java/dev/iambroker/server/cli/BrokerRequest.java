package dev.iambroker.server.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One request to the daemon. Its body may hold a secret, which its maker wipes. */
final class BrokerRequest {
    private static final byte[] NO_BODY = {};

    private final String method;
    private final String target;
    private final byte[] body;
    private final boolean secret;
    private final Duration limit;

    private BrokerRequest(String method, String target, byte[] body, boolean secret, Duration limit) {
        this.method = method;
        this.target = target;
        this.body = body;
        this.secret = secret;
        this.limit = limit;
    }

    static BrokerRequest get(String target, Duration limit) {
        return new BrokerRequest("GET", target, NO_BODY, false, limit);
    }

    static BrokerRequest post(String target, byte[] body, Duration limit) {
        return new BrokerRequest("POST", target, body, false, limit);
    }

    static BrokerRequest postSecret(String target, byte[] body, Duration limit) {
        return new BrokerRequest("POST", target, body, true, limit);
    }

    /** {@code text} as one segment of a path or one value of a query. */
    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /**
     * {@code target} with {@code name=value} added, or as it was where the value is null.
     *
     * @throws CommandFailure for an empty value: options are named as the query's parameters are
     */
    static String with(String target, String name, @Nullable String value) {
        if (value == null) {
            return target;
        }
        if (value.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--" + name.replace('_', '-') + " is empty: give it a value, or leave it out");
        }
        return target + (target.indexOf('?') < 0 ? '?' : '&') + name + '=' + encode(value);
    }

    /** JSON; empty for none. */
    byte[] body() {
        return body;
    }

    /** Whether the body must reach nobody but the daemon. */
    boolean isSecret() {
        return secret;
    }

    /** Over the whole exchange. */
    Duration limit() {
        return limit;
    }

    byte[] head() {
        var head = new StringBuilder(256)
                .append(method)
                .append(' ')
                .append(target)
                .append(" HTTP/1.1\r\nHost: localhost\r\nUser-Agent: iam-broker-cli\r\nConnection: close\r\n");
        if (method.equals("GET")) {
            head.append("Accept-Encoding: gzip\r\n");
        }
        if (method.equals("POST")) {
            head.append("Content-Type: application/json\r\nContent-Length: ")
                    .append(body.length)
                    .append("\r\n");
        }
        return head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }
}

package dev.iambroker.server.http;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One well-framed request. Immutable; may hold a secret, so it says nothing of itself. */
public final class HttpRequest {
    private final String method;
    private final String target;
    private final Map<HeaderName, String> headers;
    private final boolean keepAlive;
    private final byte[] body;

    HttpRequest(String method, String target, EnumMap<HeaderName, String> headers, boolean keepAlive, byte[] body) {
        this.method = method;
        this.target = target;
        this.headers = headers;
        this.keepAlive = keepAlive;
        this.body = body;
    }

    /** Whether the client lets the connection live on after the answer. */
    public boolean keepAlive() {
        return keepAlive;
    }

    String method() {
        return method;
    }

    /** The path as sent, percent-encoding and all. */
    String rawPath() {
        int question = target.indexOf('?');
        return question < 0 ? target : target.substring(0, question);
    }

    /** The query as sent; empty without one. */
    String rawQuery() {
        int question = target.indexOf('?');
        return question < 0 ? "" : target.substring(question + 1);
    }

    @Nullable
    String header(HeaderName name) {
        return headers.get(name);
    }

    boolean has(HeaderName name) {
        return headers.containsKey(name);
    }

    /** How long the body is, in bytes. */
    public int size() {
        return body.length;
    }

    /** The body; not to be changed. */
    byte[] body() {
        return body;
    }

    @Override
    public String toString() {
        return method + " request";
    }
}

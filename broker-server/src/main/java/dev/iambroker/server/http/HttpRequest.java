package dev.iambroker.server.http;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One well-framed request. Immutable; may hold a secret, so it says nothing of itself. */
public final class HttpRequest {
    /** A path that begins so goes on with a client secret, and the rest is the path that is meant. */
    private static final String KEYED = "/k/";

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

    /** The path as sent, percent-encoding and all, without the secret that may stand before it. */
    String rawPath() {
        String path = wholePath();
        return path.startsWith(KEYED) ? path.substring(endOfKey(path)) : path;
    }

    /** The secret that stands before the path, percent-encoding and all; null where the path carries none. */
    @Nullable
    String rawKey() {
        String path = wholePath();
        return path.startsWith(KEYED) ? path.substring(KEYED.length(), endOfKey(path)) : null;
    }

    private String wholePath() {
        int question = target.indexOf('?');
        return question < 0 ? target : target.substring(0, question);
    }

    private static int endOfKey(String path) {
        int slash = path.indexOf('/', KEYED.length());
        return slash < 0 ? path.length() : slash;
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

package dev.iambroker.emulator.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request as it came from the wire: header order, case and body bytes are kept. Immutable. */
public final class HttpRequest {
    private final String method;
    private final String path;
    private final String query;
    private final List<Header> headers;
    private final byte[] body;

    /** The body is taken over, not copied. {@code query} is without its question mark, empty when there is none. */
    public HttpRequest(String method, String path, String query, List<Header> headers, byte[] body) {
        this.method = method;
        this.path = path;
        this.query = query;
        this.headers = List.copyOf(headers);
        this.body = body;
    }

    public String method() {
        return method;
    }

    public String path() {
        return path;
    }

    public String query() {
        return query;
    }

    public List<Header> headers() {
        return headers;
    }

    public byte[] body() {
        return body.clone();
    }

    /** The first header of that name, compared without regard to case. */
    public @Nullable String header(String name) {
        for (Header header : headers) {
            if (header.name().equalsIgnoreCase(name)) {
                return header.value();
            }
        }
        return null;
    }
}

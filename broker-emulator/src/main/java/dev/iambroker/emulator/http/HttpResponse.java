package dev.iambroker.emulator.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** An answer before it meets the wire. Immutable, but for the pieces of a body that comes in such: those go out once. */
public final class HttpResponse {
    private final int status;
    private final List<Header> headers;
    private final byte[] body;
    private final @Nullable Pieces pieces;

    private HttpResponse(int status, List<Header> headers, byte[] body, @Nullable Pieces pieces) {
        this.status = status;
        this.headers = List.copyOf(headers);
        this.body = body;
        this.pieces = pieces;
    }

    /** An answer with a body of that content type; the bytes are taken over, not copied. */
    public static HttpResponse of(int status, String contentType, byte[] body) {
        return new HttpResponse(status, List.of(new Header("Content-Type", contentType)), body, null);
    }

    /** An answer of as yet unknown length, sent in chunks. */
    public static HttpResponse inPieces(int status, String contentType, Pieces pieces) {
        return new HttpResponse(status, List.of(new Header("Content-Type", contentType)), new byte[0], pieces);
    }

    public static HttpResponse text(int status, String contentType, String body) {
        return of(status, contentType, body.getBytes(StandardCharsets.UTF_8));
    }

    public static HttpResponse json(int status, JsonNode body) {
        return of(status, Json.CONTENT_TYPE, Json.bytes(body));
    }

    /** An answer with neither body nor content type. */
    public static HttpResponse empty(int status) {
        return new HttpResponse(status, List.of(), new byte[0], null);
    }

    public HttpResponse with(String name, String value) {
        List<Header> more = new ArrayList<>(headers);
        more.add(new Header(name, value));
        return new HttpResponse(status, more, body, pieces);
    }

    /** The same status and body under another content type, all other headers dropped. */
    public HttpResponse as(String contentType) {
        return of(status, contentType, body);
    }

    public int status() {
        return status;
    }

    public List<Header> headers() {
        return headers;
    }

    /** The whole body; empty where it comes in pieces. */
    public byte[] body() {
        return body.clone();
    }

    /** The body where it comes in pieces, else null. */
    @Nullable
    Pieces pieces() {
        return pieces;
    }
}

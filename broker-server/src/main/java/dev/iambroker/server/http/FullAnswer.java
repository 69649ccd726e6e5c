package dev.iambroker.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.List;

/** An answer made for one request. */
final class FullAnswer implements Answer {
    private static final int NO_CONTENT = 204;

    private final int status;
    private final String fields;
    private final List<byte[]> body;
    private final int length;

    private FullAnswer(int status, String fields, List<byte[]> body) {
        this.status = status;
        this.fields = fields;
        this.body = body;
        this.length = length(body);
    }

    private static int length(List<byte[]> pieces) {
        int length = 0;
        for (byte[] piece : pieces) {
            length += piece.length;
        }
        return length;
    }

    static FullAnswer of(int status, String mediaType, byte[] body) {
        return of(status, mediaType, List.of(body));
    }

    /** @param body in pieces, as a long one is had without a copy of it all */
    static FullAnswer of(int status, String mediaType, List<byte[]> body) {
        return new FullAnswer(status, "", body).with("Content-Type", mediaType);
    }

    static FullAnswer json(JsonText json) {
        return json(200, json);
    }

    static FullAnswer json(int status, JsonText json) {
        return of(status, "application/json", json.bytes());
    }

    static FullAnswer noContent() {
        return new FullAnswer(NO_CONTENT, "", List.of());
    }

    /** @param value of our own making; never from the request */
    FullAnswer with(String name, String value) {
        return new FullAnswer(status, fields + name + ": " + value + "\r\n", body);
    }

    FullAnswer withBody(List<byte[]> other) {
        return new FullAnswer(status, fields, other);
    }

    /** In pieces; not to be changed. */
    List<byte[]> body() {
        return body;
    }

    /** Of the body, in bytes. */
    int length() {
        return length;
    }

    FullAnswer notStored() {
        return with("Cache-Control", "no-store");
    }

    @Override
    public int status() {
        return status;
    }

    @Override
    public int sizeHint() {
        return length + fields.length() + 100;
    }

    @Override
    public boolean holdsSecret() {
        return false;
    }

    @Override
    public void writeTo(ByteBuf out, boolean keepAlive) {
        ByteBufUtil.writeAscii(out, head(keepAlive));
        body.forEach(out::writeBytes);
    }

    private String head(boolean keepAlive) {
        // RFC 9110 section 8.6: no Content-Length in a 204.
        String lengthField = status == NO_CONTENT ? "" : "Content-Length: " + length + "\r\n";
        String connection = keepAlive ? "" : "Connection: close\r\n";
        return "HTTP/1.1 " + status + " " + StatusText.of(status) + "\r\n" + fields + lengthField + connection + "\r\n";
    }
}

package dev.iambroker.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/** An answer made for one request. */
final class FullAnswer implements Answer {
    private static final int NO_CONTENT = 204;

    private final int status;
    private final String fields;
    private final byte[] body;

    private FullAnswer(int status, String fields, byte[] body) {
        this.status = status;
        this.fields = fields;
        this.body = body;
    }

    static FullAnswer of(int status, String mediaType, byte[] body) {
        return new FullAnswer(status, "", body).with("Content-Type", mediaType);
    }

    static FullAnswer json(JsonText json) {
        return json(200, json);
    }

    static FullAnswer json(int status, JsonText json) {
        return of(status, "application/json", json.bytes());
    }

    static FullAnswer noContent() {
        return new FullAnswer(NO_CONTENT, "", new byte[0]);
    }

    /** @param value of our own making; never from the request */
    FullAnswer with(String name, String value) {
        return new FullAnswer(status, fields + name + ": " + value + "\r\n", body);
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
        return body.length + fields.length() + 100;
    }

    @Override
    public boolean holdsSecret() {
        return false;
    }

    @Override
    public void writeTo(ByteBuf out, boolean keepAlive) {
        ByteBufUtil.writeAscii(out, head(keepAlive));
        out.writeBytes(body);
    }

    private String head(boolean keepAlive) {
        // RFC 9110 section 8.6: no Content-Length in a 204.
        String length = status == NO_CONTENT ? "" : "Content-Length: " + body.length + "\r\n";
        String connection = keepAlive ? "" : "Connection: close\r\n";
        return "HTTP/1.1 " + status + " " + StatusText.of(status) + "\r\n" + fields + length + connection + "\r\n";
    }
}

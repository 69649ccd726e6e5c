package dev.iambroker.server.http;

import dev.iambroker.broker.KubeCredential;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/** The answer of a kubectl credential plugin. */
final class ExecCredential implements Answer {
    private static final String HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: no-store\r\nContent-Length: ";

    private final JsonWithSecret body;

    private ExecCredential(JsonWithSecret body) {
        this.body = body;
    }

    static Answer answer(ExecApiVersion version, KubeCredential credential) {
        byte[] before = new JsonText()
                .beginObject()
                .member("apiVersion", version.groupVersion())
                .member("kind", "ExecCredential")
                .name("status")
                .beginObject()
                .member("expirationTimestamp", credential.expirationTimestamp())
                .name("token")
                .openQuote()
                .bytes();
        byte[] after = "\"}}".getBytes(StandardCharsets.US_ASCII);
        return new ExecCredential(new JsonWithSecret(before, credential.grant().token(), after));
    }

    @Override
    public int status() {
        return 200;
    }

    @Override
    public int sizeHint() {
        return HEAD.length() + body.size() + 64;
    }

    @Override
    public boolean holdsSecret() {
        return true;
    }

    @Override
    public void writeTo(ByteBuf out, boolean keepAlive) {
        ByteBufUtil.writeAscii(out, HEAD + body.size());
        ByteBufUtil.writeAscii(out, keepAlive ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
        body.writeTo(out);
    }
}

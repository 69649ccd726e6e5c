package dev.iambroker.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/** JSON with a secret in it, made for one request. */
final class SecretAnswer implements Answer {
    private static final String HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: no-store\r\nContent-Length: ";

    private final JsonWithSecret body;

    SecretAnswer(JsonWithSecret body) {
        this.body = body;
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

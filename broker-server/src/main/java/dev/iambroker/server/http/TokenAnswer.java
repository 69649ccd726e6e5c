package dev.iambroker.server.http;

import dev.iambroker.broker.TokenGrant;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/** A token, as bytes prepared once for each token; only what changes with the second is added when it is sent. */
final class TokenAnswer implements Answer {
    private final Prepared prepared;
    private final long expiresIn;

    TokenAnswer(Prepared prepared, long expiresIn) {
        this.prepared = prepared;
        this.expiresIn = expiresIn;
    }

    @Override
    public int status() {
        return 200;
    }

    @Override
    public int sizeHint() {
        return prepared.size() + 64;
    }

    @Override
    public boolean holdsSecret() {
        return true;
    }

    @Override
    public void writeTo(ByteBuf out, boolean keepAlive) {
        String seconds = Long.toString(expiresIn);
        out.writeBytes(prepared.head);
        ByteBufUtil.writeAscii(out, Integer.toString(prepared.bodyLength() + seconds.length()));
        ByteBufUtil.writeAscii(out, keepAlive ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
        prepared.token.writeTo(out);
        ByteBufUtil.writeAscii(out, seconds);
        out.writeBytes(prepared.afterSeconds);
    }

    /**
     * Everything of the answer that stays the same through the token's life. The token's own bytes are those of its
     * {@link dev.iambroker.secret.Secret}: there is no second copy that could outlast it.
     */
    static final class Prepared {
        private final byte[] head;
        private final JsonWithSecret token;
        private final byte[] afterSeconds;

        private Prepared(TokenGrant grant) {
            this.head = headOf(grant).getBytes(StandardCharsets.US_ASCII);
            this.token = new JsonWithSecret(ascii("{\"access_token\":\""), grant.token(), beforeSeconds());
            this.afterSeconds = afterSeconds(grant);
        }

        static Prepared of(TokenGrant grant) {
            return new Prepared(grant);
        }

        /** Bytes of the answer. */
        int size() {
            return head.length + bodyLength();
        }

        private int bodyLength() {
            return token.size() + afterSeconds.length;
        }

        private static String headOf(TokenGrant grant) {
            return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: no-store\r\nETag: \""
                    + EntityTag.checked(grant.etag()) + "\"\r\nContent-Length: ";
        }

        private static byte[] beforeSeconds() {
            return ascii("\",\"token_type\":\"Bearer\",\"expires_in\":");
        }

        private static byte[] afterSeconds(TokenGrant grant) {
            byte[] rest = new JsonText()
                    .beginObject()
                    .member("expiration", grant.expiresAt().getEpochSecond())
                    .member("scope", grant.scope())
                    .member("account", grant.account().value())
                    .member("kind", grant.kind().word())
                    .endObject()
                    .bytes();
            rest[0] = ',';
            return rest;
        }

        private static byte[] ascii(String text) {
            return text.getBytes(StandardCharsets.US_ASCII);
        }
    }
}

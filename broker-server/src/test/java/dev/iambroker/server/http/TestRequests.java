package dev.iambroker.server.http;

import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;

/** Makes requests and reads answers without a socket. */
final class TestRequests {
    static final Arrival OWNER = new Arrival(ClientIdentity.ofPeer(new Peer(1000, 1000, Set.of(), 1, 1)), 0);
    static final int PORT = 8180;
    static final Arrival TCP = new Arrival(ClientIdentity.ofSecret(Set.of()), PORT);

    private TestRequests() {}

    static HttpRequest get(String target, String... fields) {
        return request("GET", target, "", fields);
    }

    static HttpRequest post(String target, String body) {
        return request("POST", target, body);
    }

    static HttpRequest request(String method, String target, String body, String... fields) {
        boolean hasHost = fields.length > 0 && fields[0].startsWith("Host:");
        String text = method + " " + target + " HTTP/1.1\r\n" + (hasHost ? "" : "Host: localhost\r\n")
                + String.join(
                        "", Arrays.stream(fields).map(field -> field + "\r\n").toList())
                + "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
        ByteBuf in = Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
        return Objects.requireNonNull(new RequestParser().next(in));
    }

    static String text(Answer answer) {
        return text(answer, true);
    }

    static String text(Answer answer, boolean keepAlive) {
        ByteBuf out = Unpooled.buffer();
        answer.writeTo(out, keepAlive);
        return out.toString(StandardCharsets.UTF_8);
    }

    static String body(Answer answer) {
        String text = text(answer);
        return text.substring(text.indexOf("\r\n\r\n") + 4);
    }

    static String head(Answer answer) {
        String text = text(answer);
        return text.substring(0, text.indexOf("\r\n\r\n") + 2);
    }
}

package dev.iambroker.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client of the daemon on one kept-alive connection. Not thread-safe. */
final class UnixCaller implements AutoCloseable {
    private static final int FIRST_BUFFER = 16 * 1024;
    private static final String LENGTH = "\r\nContent-Length: ";
    private static final String HEAD_END = "\r\n\r\n";

    private final SocketChannel channel;

    /** @param head status line and header fields */
    record Answer(int status, String head, String body) {
        JsonNode json() {
            return JsonMapper.shared().readTree(body);
        }

        String text(String field) {
            return json().path(field).asString();
        }

        /** The end that the token itself names. */
        Instant tokenExpiry() {
            String[] parts = text("access_token").split("\\.");
            byte[] claims = Base64.getUrlDecoder().decode(parts[1]);
            return Instant.ofEpochSecond(
                    JsonMapper.shared().readTree(claims).path("exp").asLong());
        }

        @Override
        public String toString() {
            return head + HEAD_END + body;
        }
    }

    private UnixCaller(SocketChannel channel) {
        this.channel = channel;
    }

    static UnixCaller at(Path socket) throws IOException {
        return at(UnixDomainSocketAddress.of(socket));
    }

    static UnixCaller atPort(int port) throws IOException {
        return at(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    private static UnixCaller at(SocketAddress address) throws IOException {
        return new UnixCaller(SocketChannel.open(address));
    }

    Answer get(String target) throws IOException {
        return call("GET", target, null);
    }

    Answer post(String target, String body) throws IOException {
        return call("POST", target, body);
    }

    /** A form of names and values that need no encoding. */
    Answer form(String target, String form) throws IOException {
        send("POST " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded"
                + LENGTH + form.length() + HEAD_END + form);
        return read();
    }

    /** @param fields further header fields, whole lines */
    Answer call(String method, String target, @Nullable String body, String... fields) throws IOException {
        send(request(method, target, body, fields));
        return read();
    }

    private static String request(String method, String target, @Nullable String body, String... fields) {
        StringBuilder request = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n");
        for (String field : fields) {
            request.append(field).append("\r\n");
        }
        if (body != null) {
            int length = body.getBytes(StandardCharsets.UTF_8).length;
            request.append("Content-Type: application/json\r\nContent-Length: ")
                    .append(length)
                    .append("\r\n");
        }
        return request.append("\r\n").append(body == null ? "" : body).toString();
    }

    /** The bytes as they are, for requests that no client should send. */
    void send(String bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes.getBytes(StandardCharsets.UTF_8));
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    /** One answer, by its Content-Length. */
    Answer read() throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(FIRST_BUFFER);
        while (true) {
            String text = new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
            int head = text.indexOf(HEAD_END);
            if (head >= 0 && isWhole(text, head, buffer.position())) {
                int status = Integer.parseInt(text.substring(9, 12));
                return new Answer(status, text.substring(0, head), text.substring(head + HEAD_END.length()));
            }
            buffer = withRoom(buffer);
            if (channel.read(buffer) < 0) {
                throw new IOException("the connection ended after: " + text);
            }
        }
    }

    /** How many bytes still come before the connection is ended, orderly or not. */
    int lengthOfRest() {
        ByteBuffer buffer = ByteBuffer.allocate(FIRST_BUFFER);
        int length = 0;
        try {
            for (int n = 0; n >= 0; n = channel.read(buffer.clear())) {
                length += n;
            }
        } catch (IOException e) {
            // Reset: the daemon had not read all of what was sent.
            return length;
        }
        return length;
    }

    /** Bodies of more than ASCII are told by their bytes; heads have none. */
    private static boolean isWhole(String text, int head, int bytes) {
        int field = text.indexOf(LENGTH);
        if (field < 0 || field > head) {
            return true;
        }
        int begin = field + LENGTH.length();
        int length = Integer.parseInt(text.substring(begin, text.indexOf("\r\n", begin)));
        return bytes >= head + HEAD_END.length() + length;
    }

    private static ByteBuffer withRoom(ByteBuffer buffer) {
        if (buffer.hasRemaining()) {
            return buffer;
        }
        ByteBuffer larger = ByteBuffer.allocate(buffer.capacity() * 2);
        larger.put(buffer.flip());
        return larger;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}

package dev.iambroker.it.harness;

import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Asks the daemon over its Unix socket, one connection a request. Thread-safe. A call that hangs ends when its thread is
 * interrupted.
 */
public final class UnixHttp {
    private final Path socket;

    public UnixHttp(Path socket) {
        this.socket = socket;
    }

    /** @throws IOException if nobody listens, or the answer does not come whole */
    public Answer get(String target) throws IOException {
        return send("GET", target, "");
    }

    /** @param body JSON, or empty */
    public Answer post(String target, String body) throws IOException {
        return send("POST", target, body);
    }

    /** Sends a whole request, and goes before its answer can come. */
    public void askAndLeave(String target) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            write(
                    channel,
                    ("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        }
    }

    private Answer send(String method, String target, String body) throws IOException {
        byte[] payload = body.getBytes(StandardCharsets.UTF_8);
        String head = method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + (body.isEmpty() ? "" : "Content-Type: application/json\r\n")
                + "Content-Length: " + payload.length + "\r\n\r\n";
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            write(channel, head.getBytes(StandardCharsets.US_ASCII));
            write(channel, payload);
            return read(Channels.newInputStream(channel));
        }
    }

    private static void write(SocketChannel channel, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private static Answer read(InputStream in) throws IOException {
        String all = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        int end = all.indexOf("\r\n\r\n");
        if (end < 0 || !all.startsWith("HTTP/1.1 ")) {
            throw new IOException("the answer was cut off after " + all.length() + " characters");
        }
        return new Answer(Integer.parseInt(all.substring(9, 12)), all.substring(0, end), all.substring(end + 4));
    }
}

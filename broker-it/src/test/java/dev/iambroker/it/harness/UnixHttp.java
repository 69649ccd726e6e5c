package dev.iambroker.it.harness;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.zip.GZIPInputStream;

/**
 * Asks the daemon over its Unix socket, one connection a request. Thread-safe. A call that hangs ends when its thread is
 * interrupted, and says what hung when its patience is over.
 */
public final class UnixHttp {
    /** The broker answers within its caller's wait of at most a minute. */
    private static final Duration PATIENCE = Duration.ofSeconds(75);

    private static final int BUFFER_BYTES = 16 * 1024;

    private final Path socket;

    public UnixHttp(Path socket) {
        this.socket = socket;
    }

    /** A client that keeps its connection; the caller closes it. */
    KeptConnection keeping() {
        return new KeptConnection(socket);
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
                + "Accept-Encoding: gzip\r\n"
                + "Content-Length: " + payload.length + "\r\n\r\n";
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            write(channel, head.getBytes(StandardCharsets.US_ASCII));
            write(channel, payload);
            return answer(readAll(channel, method + " " + target));
        }
    }

    private static void write(SocketChannel channel, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private static byte[] readAll(SocketChannel channel, String request) throws IOException {
        var all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        channel.configureBlocking(false);
        try (Selector selector = Selector.open()) {
            channel.register(selector, SelectionKey.OP_READ);
            long end = System.nanoTime() + PATIENCE.toNanos();
            awaitMore(selector, end, request);
            while (channel.read(buffer) >= 0) {
                all.write(buffer.array(), 0, buffer.position());
                buffer.clear();
                awaitMore(selector, end, request);
            }
        }
        return all.toByteArray();
    }

    private static void awaitMore(Selector selector, long end, String request) throws IOException {
        long left = Math.max(1, (end - System.nanoTime()) / 1_000_000);
        int ready = selector.select(key -> {}, left);
        if (ready == 0) {
            throw new InterruptedIOException(
                    Thread.currentThread().isInterrupted()
                            ? request + " was interrupted"
                            : request + " was not answered to its end within " + PATIENCE);
        }
    }

    private static Answer answer(byte[] bytes) throws IOException {
        String all = new String(bytes, StandardCharsets.ISO_8859_1);
        int end = all.indexOf("\r\n\r\n");
        if (end < 0 || !all.startsWith("HTTP/1.1 ")) {
            throw new IOException("the answer was cut off after " + all.length() + " bytes");
        }
        String head = all.substring(0, end);
        var content = new ByteArrayInputStream(bytes, end + 4, bytes.length - end - 4);
        try (InputStream in = head.contains("Content-Encoding: gzip") ? new GZIPInputStream(content) : content) {
            String body = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return new Answer(Integer.parseInt(all.substring(9, 12)), head, body);
        }
    }
}

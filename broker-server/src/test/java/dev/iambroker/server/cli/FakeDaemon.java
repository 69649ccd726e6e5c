package dev.iambroker.server.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;

/** Answers on a Unix socket as it was told to, and remembers what it was asked. */
final class FakeDaemon implements AutoCloseable {
    private final Path socket;
    private final ServerSocketChannel server;
    private final Map<String, Deque<byte[]>> answers = new ConcurrentHashMap<>();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();

    private FakeDaemon(Path socket, ServerSocketChannel server) {
        this.socket = socket;
        this.server = server;
    }

    static FakeDaemon in(Path directory) throws IOException {
        var socket = directory.resolve("broker.sock");
        var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        var daemon = new FakeDaemon(socket, server);
        Thread.ofPlatform().daemon().name("fake-daemon").start(daemon::serve);
        return daemon;
    }

    Path socket() {
        return socket;
    }

    /** Requests in the order they came. */
    List<Asked> asked() {
        return asked;
    }

    /** The next answer to {@code request}, such as {@code GET /v1/accounts}; the last one is given again and again. */
    FakeDaemon answer(String request, int status, String body) {
        var type = status < 400 ? "application/json" : "application/problem+json";
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        var head = "HTTP/1.1 " + status + " Any\r\nContent-Type: " + type + "\r\nContent-Length: " + bytes.length
                + "\r\nConnection: close\r\n\r\n";
        return raw(request, head + body);
    }

    /** Drops the answers to {@code request}. */
    void forget(String request) {
        answers.remove(request);
    }

    FakeDaemon raw(String request, String answer) {
        answers.computeIfAbsent(request, _ -> new ConcurrentLinkedDeque<>())
                .add(answer.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private void serve() {
        while (server.isOpen()) {
            try (var client = server.accept()) {
                serve(client);
            } catch (IOException closed) {
                // The client went away, or the test is over.
            }
        }
    }

    private void serve(SocketChannel client) throws IOException {
        var request = read(new BufferedInputStream(Channels.newInputStream(client)));
        asked.add(request);
        var script = answers.get(request.method + " " + request.target);
        if (script == null) {
            throw new IOException("unscripted: " + request.method + " " + request.target);
        }
        var bytes = script.size() > 1 ? script.remove() : script.element();
        var buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            client.write(buffer);
        }
        if (bytes.length == 0) {
            client.read(ByteBuffer.allocate(1));
        }
    }

    private static Asked read(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            var octet = in.read();
            if (octet < 0) {
                throw new IOException("cut off");
            }
            head.append((char) octet);
        }
        var lines = head.toString().strip().split("\r\n");
        var body = new String(in.readNBytes(length(lines)), StandardCharsets.UTF_8);
        var parts = lines[0].split(" ");
        return new Asked(parts[0], parts[1], List.of(lines).subList(1, lines.length), body);
    }

    private static int length(String[] lines) {
        for (var line : lines) {
            if (line.startsWith("Content-Length: ")) {
                return Integer.parseInt(line.substring("Content-Length: ".length()));
            }
        }
        return 0;
    }

    record Asked(String method, String target, List<String> headers, String body) {}
}

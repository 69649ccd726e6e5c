package dev.iambroker.credential;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A daemon on a Unix socket that answers every connection as its script says, and keeps the requests. */
final class FakeDaemon implements AutoCloseable {

    /** What to do with a connection; it is closed afterwards. */
    interface Script {
        void serve(SocketChannel client) throws IOException;
    }

    private final ServerSocketChannel server;
    private final LinkedBlockingQueue<byte[]> requests = new LinkedBlockingQueue<>();

    private FakeDaemon(ServerSocketChannel server) {
        this.server = server;
    }

    /** Listens and accepts nobody; a backlog of 0 takes one connection. */
    static FakeDaemon deaf(Path socket, int backlog) throws IOException {
        var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket), backlog);
        return new FakeDaemon(server);
    }

    /** Reads each request to its end, then answers with these bytes. */
    static FakeDaemon answering(Path socket, byte[] answer) throws IOException {
        var daemon = deaf(socket, 16);
        daemon.start(client -> {
            daemon.requests.add(readRequest(client));
            write(client, answer);
        });
        return daemon;
    }

    static FakeDaemon answering(Path socket, String answer) throws IOException {
        return answering(socket, answer.getBytes(StandardCharsets.UTF_8));
    }

    static FakeDaemon scripted(Path socket, Script script) throws IOException {
        var daemon = deaf(socket, 16);
        daemon.start(script);
        return daemon;
    }

    private void start(Script script) {
        Thread.ofVirtual().name("fake-daemon").start(() -> {
            while (server.isOpen()) {
                serveNext(script);
            }
        });
    }

    private void serveNext(Script script) {
        try {
            var client = server.accept();
            Thread.ofVirtual().name("fake-connection").start(() -> serve(client, script));
        } catch (IOException closed) {
            // The loop ends with the server.
        }
    }

    private static void serve(SocketChannel client, Script script) {
        try (client) {
            script.serve(client);
        } catch (IOException hungUp) {
            // The client's own exit code tells what became of it.
        }
    }

    /** The head and as much body as its Content-Length says. */
    static byte[] readRequest(SocketChannel client) throws IOException {
        var in = Channels.newInputStream(client);
        var read = new ByteArrayOutputStream();
        while (!read.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the request breaks off");
            }
            read.write(next);
        }
        var head = read.toString(StandardCharsets.ISO_8859_1);
        int at = head.indexOf("Content-Length: ") + "Content-Length: ".length();
        read.write(in.readNBytes(Integer.parseInt(head.substring(at, head.indexOf('\r', at)))));
        return read.toByteArray();
    }

    /** On a virtual thread one write may take a part only. */
    static void write(SocketChannel client, byte[] bytes) throws IOException {
        var rest = ByteBuffer.wrap(bytes);
        while (rest.hasRemaining()) {
            client.write(rest);
        }
    }

    /** The next request, or null when there is none. */
    byte @Nullable [] request() throws InterruptedException {
        return requests.poll(0, TimeUnit.SECONDS);
    }

    String requestText() throws InterruptedException {
        byte[] request = request();
        return request == null ? "" : new String(request, StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}

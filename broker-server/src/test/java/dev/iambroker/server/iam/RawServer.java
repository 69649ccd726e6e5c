package dev.iambroker.server.iam;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import javax.net.ServerSocketFactory;

/** Takes requests as bytes and answers with scripted bytes, one script a connection. */
final class RawServer implements AutoCloseable {
    /** What happens on a connection once its request is in. */
    @FunctionalInterface
    interface Script {
        void play(Socket socket) throws IOException, InterruptedException;
    }

    private final ServerSocket listener;
    private final String scheme;
    private final Queue<Script> scripts = new ConcurrentLinkedQueue<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final CountDownLatch closedByPeer = new CountDownLatch(1);
    private final Thread thread;

    RawServer() {
        this("http", ServerSocketFactory.getDefault());
    }

    RawServer(String scheme, ServerSocketFactory sockets) {
        this.scheme = scheme;
        try {
            listener = sockets.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        thread = Thread.ofVirtual().start(this::serve);
    }

    URI uri() {
        return URI.create(scheme + "://" + authority());
    }

    String authority() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    RawServer then(Script script) {
        scripts.add(script);
        return this;
    }

    RawServer thenSend(String bytes) {
        return then(socket -> socket.getOutputStream().write(bytes.getBytes(StandardCharsets.UTF_8)));
    }

    RawServer thenAnswer(int status, String body, String... headers) {
        return thenAnswer(status, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    RawServer thenAnswer(int status, byte[] body, String... headers) {
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " X\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        head.append("Connection: close\r\nContent-Length: ").append(body.length).append("\r\n\r\n");
        return then(socket -> {
            socket.getOutputStream().write(head.toString().getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().write(body);
        });
    }

    /** Sends {@code start}, then nothing, until the client hangs up. */
    RawServer thenStall(String start) {
        return then(socket -> {
            socket.getOutputStream().write(start.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            closedByPeer.countDown();
        });
    }

    void awaitClosedByPeer() throws InterruptedException {
        closedByPeer.await();
    }

    List<String> requests() {
        return requests;
    }

    String onlyRequest() {
        if (requests.size() != 1) {
            throw new AssertionError("expected one request, not " + requests.size());
        }
        return requests.getFirst();
    }

    private void serve() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                sockets.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            requests.add(request(socket.getInputStream()));
            Script script = scripts.poll();
            if (script != null) {
                script.play(socket);
            }
            socket.getOutputStream().flush();
        } catch (IOException e) {
            closedByPeer.countDown();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String request(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("no request");
            }
            head.append((char) next);
        }
        return head + new String(in.readNBytes(length(head.toString())), StandardCharsets.UTF_8);
    }

    private static int length(String head) {
        for (String line : head.lines().toList()) {
            if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                return Integer.parseInt(line.substring(15).strip());
            }
        }
        return 0;
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket socket : sockets) {
                socket.close();
            }
            thread.join();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}

package dev.iambroker.it.harness;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A web site whose name now leads to one address and now to another: it gives its own page at {@code /attack} and takes
 * what that page learned at {@code /report}; every other request reaches the broker byte by byte, as it does when the name
 * has been rebound. It listens on another loopback address, on the broker's port, as the page's origin has to be the same.
 */
public final class RebindingSite implements AutoCloseable {
    public static final String ADDRESS = "127.0.0.2";

    private final ServerSocket listener;
    private final int port;
    private final String page;
    private final BlockingQueue<String> reports = new LinkedBlockingQueue<>();
    private final List<String> answers = new CopyOnWriteArrayList<>();

    private RebindingSite(ServerSocket listener, int port, String page) {
        this.listener = listener;
        this.port = port;
        this.page = page;
    }

    /** @param port the broker's */
    public static RebindingSite start(int port, String page) throws IOException {
        ServerSocket listener = new ServerSocket();
        listener.bind(new InetSocketAddress(InetAddress.getByName(ADDRESS), port));
        RebindingSite site = new RebindingSite(listener, port, page);
        Thread.ofVirtual().start(site::acceptAll);
        return site;
    }

    /** What the page sent back; null if it did not within the time. */
    public @Nullable String awaitReport(long seconds) throws InterruptedException {
        return reports.poll(seconds, TimeUnit.SECONDS);
    }

    /** What the broker answered to the rebound name, whole. */
    public List<String> answers() {
        return List.copyOf(answers);
    }

    private void acceptAll() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            String request = read(socket.getInputStream());
            String answer = answer(request);
            socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException browserLeft) {
            return;
        }
    }

    private String answer(String request) throws IOException {
        String target = request.replaceFirst("(?s)^[A-Z]+ ([^ ]*) .*", "$1");
        return switch (target) {
            case "/attack" -> ownAnswer("text/html", page);
            case "/report" -> {
                reports.add(request.substring(request.indexOf("\r\n\r\n") + 4));
                yield ownAnswer("text/plain", "");
            }
            case "/favicon.ico" -> ownAnswer("text/plain", "");
            default -> rebound(request);
        };
    }

    private static String ownAnswer(String type, String body) {
        return "HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nConnection: close\r\nContent-Length: " + body.length()
                + "\r\n\r\n" + body;
    }

    private String rebound(String request) throws IOException {
        try (Socket broker = new Socket(InetAddress.getLoopbackAddress(), port)) {
            OutputStream out = broker.getOutputStream();
            out.write(request.getBytes(StandardCharsets.ISO_8859_1));
            broker.shutdownOutput();
            String answer = new String(broker.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            answers.add(answer);
            return answer;
        }
    }

    /** One request with a body of stated length, as browsers send them. */
    private static String read(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        String text = "";
        while (!text.contains("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the browser left");
            }
            bytes.write(next);
            text = bytes.toString(StandardCharsets.ISO_8859_1);
        }
        String length = text.replaceFirst("(?is).*\r\ncontent-length: *([0-9]+)\r\n.*", "$1");
        int size = length.equals(text) ? 0 : Integer.parseInt(length);
        return text + new String(in.readNBytes(size), StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}

package dev.iambroker.server.page;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The status page on a free port of 127.0.0.1, for one browser, until it is closed. A connection is for one request, which has to
 * arrive whole within seconds. What is sent to whoever has no session fits into the buffer of a socket, so a client that does not
 * read holds nothing up. Thread-safe.
 */
public final class StatusPage implements AutoCloseable {
    private static final String ADDRESS = "127.0.0.1";
    private static final byte[] LOOPBACK = {127, 0, 0, 1};

    /** A browser opens six at most. */
    static final int MOST_CONNECTIONS = 32;

    static final Duration READ_TIMEOUT = Duration.ofSeconds(5);

    private final ServerSocket server;
    private final Executor threads;
    private final LongSupplier nanos;
    private final PageKeys keys;
    private final PageRules rules;

    /** Who came first is the first. */
    @GuardedBy("open")
    private final Deque<Socket> open = new ArrayDeque<>();

    private StatusPage(ServerSocket server, Supplier<String> status, Executor threads, LongSupplier nanos) {
        this.server = server;
        this.threads = threads;
        this.nanos = nanos;
        this.keys = new PageKeys(new SecureRandom());
        this.rules = new PageRules(hostOf(server), keys, new PageFiles(), status);
    }

    /**
     * Opens the port and serves.
     *
     * @param status JSON for the page, made anew at each call; may block
     * @param threads runs what blocks, a thread each; stays the caller's
     * @param nanos monotonic clock
     * @throws IOException where no port can be had
     */
    public static StatusPage open(Supplier<String> status, Executor threads, LongSupplier nanos) throws IOException {
        ServerSocket server = new ServerSocket();
        server.bind(new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), 0), MOST_CONNECTIONS);
        StatusPage page = new StatusPage(server, status, threads, nanos);
        threads.execute(page::accept);
        return page;
    }

    private static String hostOf(ServerSocket server) {
        return ADDRESS + ":" + server.getLocalPort();
    }

    /** The address that opens the page once: whoever has it may see the page. */
    public String url() {
        return "http://" + hostOf(server) + PageRules.ENTRY + keys.token();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                take(server.accept());
            } catch (IOException closedOrShortOfFiles) {
                // Closed, which ends the loop; or out of files, and whoever waits is served when there are some.
            }
        }
    }

    private void take(Socket socket) throws IOException {
        enter(socket);
        threads.execute(() -> {
            try (socket) {
                serve(socket);
            } catch (IOException gone) {
                // Nobody is left to be told.
            } finally {
                leave(socket);
            }
        });
    }

    /** Any user of the machine can connect: one that holds all it can must not keep the browser out, which asks at once. */
    private void enter(Socket newcomer) throws IOException {
        Socket longest;
        synchronized (open) {
            longest = open.size() < MOST_CONNECTIONS ? null : open.pollFirst();
            open.addLast(newcomer);
        }
        if (longest != null) {
            longest.close();
        }
    }

    private void leave(Socket socket) {
        synchronized (open) {
            open.remove(socket);
        }
    }

    private void serve(Socket socket) throws IOException {
        InputStream in = new TimedInput(socket, nanos);
        PageRequest request = PageRequest.read(in);
        boolean isHead = request != null && request.method().equals("HEAD");
        PageAnswer answer =
                request == null ? PageAnswer.refusal(400, "that is no request of a browser") : rules.answer(request);
        socket.getOutputStream().write(answer.bytes(isHead));
        socket.shutdownOutput();
        // Closed with something unread, the connection would be reset and the answer lost.
        in.transferTo(OutputStream.nullOutputStream());
    }

    /** A byte now and then does not buy more time. */
    private static final class TimedInput extends InputStream {
        private final Socket socket;
        private final LongSupplier nanos;
        private final long end;

        TimedInput(Socket socket, LongSupplier nanos) {
            this.socket = socket;
            this.nanos = nanos;
            this.end = nanos.getAsLong() + READ_TIMEOUT.toNanos();
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException("read whole chunks");
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            long left = Duration.ofNanos(end - nanos.getAsLong()).toMillis();
            if (left <= 0) {
                throw new SocketTimeoutException("the request did not arrive in time");
            }
            socket.setSoTimeout((int) left);
            return socket.getInputStream().read(bytes, from, length);
        }
    }

    /** Serves nobody any more; the address and the session are worth nothing then. */
    @Override
    public void close() throws IOException {
        server.close();
    }
}

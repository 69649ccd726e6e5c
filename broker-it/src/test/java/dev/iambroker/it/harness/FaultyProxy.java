package dev.iambroker.it.harness;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Passes bytes between a client and the server behind it, and spoils them as it is told. A mode holds at once, for connections that
 * are open too. Thread-safe; closing it ends every connection.
 */
public final class FaultyProxy implements AutoCloseable {
    /** What becomes of the bytes. */
    public enum Mode {
        /** All pass. */
        NONE,
        /** Every connection is reset as soon as it is seen. */
        RESET_ON_ACCEPT,
        /** Half of the answer, then a reset. */
        RESET_MID_ANSWER,
        /** The head of the answer, then nothing; the connection stays open. */
        STALL_AFTER_HEADERS,
        /** The request is swallowed; the connection stays open. */
        DROP,
        /** The answer comes byte by byte, too slowly for anyone's patience. */
        TRICKLE,
        /** Half of the answer, then an orderly end. */
        TRUNCATE
    }

    private static final int BUFFER_BYTES = 64 * 1024;
    private static final long TRICKLE_NANOS = TimeUnit.MILLISECONDS.toNanos(40);

    private final ServerSocketChannel listener;
    private final SocketAddress target;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private volatile Mode mode = Mode.NONE;

    private FaultyProxy(ServerSocketChannel listener, SocketAddress target) {
        this.listener = listener;
        this.target = target;
        Thread.ofPlatform().daemon().name("faulty-proxy").start(this::acceptAll);
    }

    /** Listens on a free port of loopback, for that port of loopback. */
    public static FaultyProxy to(int port) throws IOException {
        return listen(loopback(0), loopback(port));
    }

    /** Listens on that Unix socket, for that port of loopback. */
    static FaultyProxy fromUnix(Path socket, int port) throws IOException {
        return listen(UnixDomainSocketAddress.of(socket), loopback(port));
    }

    /** Listens on a free port of loopback, for that Unix socket. */
    static FaultyProxy toUnix(Path socket) throws IOException {
        return listen(loopback(0), UnixDomainSocketAddress.of(socket));
    }

    private static FaultyProxy listen(SocketAddress at, SocketAddress target) throws IOException {
        ServerSocketChannel listener = at instanceof UnixDomainSocketAddress
                ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                : ServerSocketChannel.open();
        listener.bind(at);
        return new FaultyProxy(listener, target);
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    public int port() throws IOException {
        return ((InetSocketAddress) listener.getLocalAddress()).getPort();
    }

    public String url() throws IOException {
        return "http://127.0.0.1:" + port();
    }

    @CanIgnoreReturnValue
    public FaultyProxy mode(Mode next) {
        mode = next;
        if (next == Mode.RESET_ON_ACCEPT) {
            open.forEach(this::reset);
        }
        return this;
    }

    private void acceptAll() {
        try {
            while (true) {
                serve(listener.accept());
            }
        } catch (IOException closed) {
            open.forEach(this::end);
        }
    }

    private void serve(SocketChannel client) {
        open.add(client);
        if (mode == Mode.RESET_ON_ACCEPT) {
            reset(client);
            return;
        }
        Thread.ofVirtual().start(() -> {
            try {
                SocketChannel server = SocketChannel.open(target);
                open.add(server);
                Thread.ofVirtual().start(() -> pump(server, client, this::answer));
                pump(client, server, this::request);
            } catch (IOException nobodyThere) {
                end(client);
            }
        });
    }

    /** Passes one reading on; false ends the connection. */
    private interface Step {
        boolean pass(ByteBuffer bytes, SocketChannel to) throws IOException;
    }

    private void pump(SocketChannel from, SocketChannel to, Step step) {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        try {
            while (from.read(buffer) >= 0 && step.pass(buffer.flip(), to)) {
                buffer.clear();
            }
        } catch (IOException brokenOff) {
            // The other side learns of it below.
        }
        end(from);
        end(to);
    }

    private boolean request(ByteBuffer bytes, SocketChannel to) throws IOException {
        if (mode != Mode.DROP) {
            write(bytes, to);
        }
        return true;
    }

    private boolean answer(ByteBuffer bytes, SocketChannel to) throws IOException {
        return switch (mode) {
            case NONE -> {
                write(bytes, to);
                yield true;
            }
            case DROP -> true;
            case STALL_AFTER_HEADERS -> {
                write(headOf(bytes), to);
                yield true;
            }
            case TRICKLE -> {
                trickle(bytes, to);
                yield true;
            }
            case TRUNCATE -> {
                write(halfOf(bytes), to);
                yield false;
            }
            case RESET_ON_ACCEPT, RESET_MID_ANSWER -> {
                write(halfOf(bytes), to);
                reset(to);
                yield false;
            }
        };
    }

    private static void write(ByteBuffer bytes, SocketChannel to) throws IOException {
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    private void trickle(ByteBuffer bytes, SocketChannel to) throws IOException {
        while (bytes.hasRemaining()) {
            if (mode == Mode.TRICKLE) {
                LockSupport.parkNanos(TRICKLE_NANOS);
            }
            to.write(bytes.slice(bytes.position(), 1));
            bytes.get();
        }
    }

    private static ByteBuffer halfOf(ByteBuffer bytes) {
        return bytes.slice(0, bytes.remaining() / 2);
    }

    private static ByteBuffer headOf(ByteBuffer bytes) {
        String text = StandardCharsets.ISO_8859_1.decode(bytes.duplicate()).toString();
        int end = text.indexOf("\r\n\r\n");
        return bytes.slice(0, end < 0 ? 0 : end + 4);
    }

    private void reset(SocketChannel channel) {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException | UnsupportedOperationException alreadyClosedOrNotTcp) {
            // An end is all that is left to give it.
        }
        end(channel);
    }

    private void end(SocketChannel channel) {
        open.remove(channel);
        try {
            channel.close();
        } catch (IOException gone) {
            // That is what was wanted.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        open.forEach(this::end);
    }
}

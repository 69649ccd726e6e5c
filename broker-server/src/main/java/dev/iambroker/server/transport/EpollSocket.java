package dev.iambroker.server.transport;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NotYetConnectedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connected socket on Netty's event loop, without a channel: what a channel brings, a pipeline, promises, addresses, is
 * most of the work of a connection that asks for one token, and before the compiler has seen it, a hundred times that.
 */
final class EpollSocket implements StreamSocket, EpollIoHandle {
    private static final Logger log = LoggerFactory.getLogger(EpollSocket.class);

    private static final EpollIoOps INPUT = EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLRDHUP);
    private static final EpollIoOps BOTH = INPUT.with(EpollIoOps.EPOLLOUT);

    /** In place of nothing, which would take the socket out: a hang-up, which is told in any case, is told once then. */
    private static final EpollIoOps NOTHING = EpollIoOps.EPOLLET;

    /** Errors and hang-ups are told in any case; what they are is found out by whoever reads or sends next. */
    private static final int TROUBLE = EpollIoOps.EPOLLERR.value() | 0x10;

    private static final int TELLS_INPUT = INPUT.value() | TROUBLE;
    private static final int TELLS_ROOM = EpollIoOps.EPOLLOUT.value() | TROUBLE;

    private final Socket socket;
    private @Nullable Connection connection;
    private @Nullable IoRegistration registration;
    private EpollIoOps awaited = INPUT;

    EpollSocket(Socket socket) {
        this.socket = socket;
    }

    /**
     * From now on {@code connection} hears of what it awaits. On {@code loop}.
     *
     * @throws IOException if the loop has ended
     */
    void serve(Connection served, IoEventLoop loop) throws IOException {
        connection = served;
        Future<IoRegistration> registered = loop.register(this);
        if (!registered.isSuccess()) {
            throw new IOException("the event loop takes no more connections", registered.cause());
        }
        registration = registered.getNow();
        registration.submit(awaited);
    }

    @Override
    public FileDescriptor fd() {
        return socket;
    }

    @Override
    public void handle(IoRegistration source, IoEvent event) {
        if (connection == null || !socket.isOpen()) {
            return;
        }
        int told = ((EpollIoEvent) event).ops().value();
        if (awaited.contains(EpollIoOps.EPOLLOUT) && (told & TELLS_ROOM) != 0) {
            connection.roomy();
        }
        if (awaited.contains(EpollIoOps.EPOLLIN) && (told & TELLS_INPUT) != 0) {
            connection.readable();
        }
    }

    @Override
    public int receive(ByteBuffer memory, int from, int to) throws IOException {
        return socket.recv(memory, from, to);
    }

    @Override
    public int send(ByteBuffer memory, int from, int to) throws IOException {
        return socket.send(memory, from, to);
    }

    @Override
    public void await(boolean input, boolean room) {
        EpollIoOps wanted = input ? (room ? BOTH : INPUT) : (room ? EpollIoOps.EPOLLOUT : NOTHING);
        if (wanted.equals(awaited)) {
            return;
        }
        awaited = wanted;
        if (registration != null && registration.isValid()) {
            registration.submit(wanted);
        }
    }

    @Override
    public void endOutput() throws IOException {
        try {
            socket.shutdown(false, true);
        } catch (NotYetConnectedException e) {
            // What Netty makes of ENOTCONN, also where the other end reset a connection.
            throw new IOException("the connection is gone", e);
        }
    }

    /** Also called by an event loop that ends. */
    @Override
    public void close() {
        if (!socket.isOpen()) {
            return;
        }
        try {
            // First: the kernel takes a closed socket out of its epoll by itself.
            socket.close();
        } catch (IOException e) {
            log.debug("a connection was not closed cleanly: {}", e.getMessage());
        }
        if (registration != null) {
            registration.cancel();
        }
        if (connection != null) {
            connection.ended();
        }
    }
}

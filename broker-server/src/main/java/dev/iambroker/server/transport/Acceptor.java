package dev.iambroker.server.transport;

import dev.iambroker.server.http.Answer;
import dev.iambroker.server.http.HttpService;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes connections off a socket that is listened on, turns those away whose user has no room, and has the others served.
 *
 * <p>The accept queue is one for all users: whoever fills it in a loop must be got rid of faster than he comes, so nothing
 * is read of whom is turned away.
 *
 * <p>Confined to its event loop, but for what says otherwise.
 */
final class Acceptor implements EpollIoHandle {
    private static final Logger log = LoggerFactory.getLogger(Acceptor.class);

    /** How many are accepted before the loop looks at anything else: a flood of one user's is gone through quickly. */
    private static final int ACCEPTED_AT_ONCE = 64;

    /** Where there are no descriptors left, or no memory: until some are given back. */
    private static final long PAUSE_MILLIS = 1000;

    /** In place of nothing, which would take the socket out. */
    private static final EpollIoOps NOTHING = EpollIoOps.EPOLLET;

    private static final int LONGEST_ADDRESS = 128;

    private final Socket server;
    private final Reception reception;
    private final HttpService service;
    private final Engine engine;
    private final EventLoops.Loop loop;
    private final boolean isTcp;
    private final Connections connections = new Connections();
    private final byte[] address = new byte[LONGEST_ADDRESS];
    private final ByteBuffer refusal = refusal();
    private @Nullable IoRegistration registration;

    /** @param server bound, listened on and not blocking; closed here */
    Acceptor(Socket server, Reception reception, HttpService service, Engine engine) {
        this.server = server;
        this.isTcp = reception instanceof Reception.Tcp;
        this.reception = reception;
        this.service = service;
        this.engine = engine;
        this.loop = engine.loops().next();
    }

    private static ByteBuffer refusal() {
        ByteBuf answer = Unpooled.buffer();
        Answer.overloaded().writeTo(answer, false);
        ByteBuffer bytes = ByteBuffer.allocateDirect(answer.readableBytes());
        answer.readBytes(bytes);
        return bytes;
    }

    Connections connections() {
        return connections;
    }

    /** The TCP port, 0 for a Unix socket. */
    int port() {
        InetSocketAddress bound = isTcp ? server.localAddress() : null;
        return bound == null ? 0 : bound.getPort();
    }

    /**
     * From now on connections are taken. Blocks for a moment; not on an event loop.
     *
     * @throws ListenFailure if the event loop has ended
     */
    void begin() {
        Future<IoRegistration> registered = loop.executor().register(this).awaitUninterruptibly();
        if (!registered.isSuccess()) {
            throw new ListenFailure("the event loops have ended", registered.cause());
        }
        loop.executor().execute(() -> {
            registration = registered.getNow();
            await(EpollIoOps.EPOLLIN);
        });
    }

    /** No further connection is taken after this returns. Blocks for a moment; not on an event loop. Thread-safe. */
    void end() {
        try {
            loop.executor().submit(this::close).awaitUninterruptibly();
        } catch (RejectedExecutionException e) {
            close();
        }
    }

    @Override
    public FileDescriptor fd() {
        return server;
    }

    /** Also called by an event loop that ends. */
    @Override
    public void close() {
        if (!server.isOpen()) {
            return;
        }
        try {
            server.close();
        } catch (IOException e) {
            log.debug("a listener was not closed cleanly: {}", e.getMessage());
        }
        if (registration != null) {
            registration.cancel();
        }
    }

    @Override
    public void handle(IoRegistration source, IoEvent event) {
        try {
            for (int i = 0; i < ACCEPTED_AT_ONCE && server.isOpen(); i++) {
                int descriptor = server.accept(address);
                if (descriptor < 0) {
                    return;
                }
                accepted(new Socket(descriptor));
            }
        } catch (IOException e) {
            log.warn("connections cannot be accepted for now: {}", e.getMessage());
            pause();
        }
    }

    // A loop that takes no more tasks has ended, and this listener with it.
    @SuppressWarnings("FutureReturnValueIgnored")
    private void pause() {
        await(NOTHING);
        loop.executor().schedule(() -> await(EpollIoOps.EPOLLIN), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void await(EpollIoOps ops) {
        if (registration != null && registration.isValid()) {
            registration.submit(ops);
        }
    }

    private void accepted(Socket socket) {
        try {
            if (isTcp) {
                socket.setTcpNoDelay(true);
            }
            enter(socket, reception.receive(socket));
        } catch (IOException e) {
            log.warn("a connection was closed: the kernel does not say whose it is", e);
            closeUnserved(socket);
        } catch (RuntimeException e) {
            // Thrown on, it would stop the event loop for a second.
            log.error("a connection could not be served", e);
            closeUnserved(socket);
        }
    }

    private void enter(Socket socket, Reception.Guest guest) throws IOException {
        EventLoops.Loop own = engine.loops().next();
        Newcomer newcomer = new Newcomer(socket, guest, own);
        // First: as soon as it has a place another may be given that, and it ends.
        connections.enter(newcomer.connection);
        if (!engine.limits().enter(guest.user(), newcomer.connection)) {
            connections.leave(newcomer.connection);
            turnAway(socket);
        } else if (own.executor().inEventLoop()) {
            newcomer.run();
        } else {
            own.executor().execute(newcomer);
        }
    }

    private void turnAway(Socket socket) throws IOException {
        try {
            socket.send(refusal, 0, refusal.capacity());
        } catch (IOException e) {
            // Gone already: then it needs no answer.
        } finally {
            socket.close();
        }
    }

    private static void closeUnserved(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            log.debug("a connection was not closed cleanly: {}", e.getMessage());
        }
    }

    /** A connection that has its place and is not served yet; runs on its own event loop. */
    private final class Newcomer implements Runnable {
        private final EpollSocket socket;
        private final Reception.Guest guest;
        private final EventLoops.Loop own;
        private final Connection connection;

        Newcomer(Socket socket, Reception.Guest guest, EventLoops.Loop own) {
            this.socket = new EpollSocket(socket);
            this.guest = guest;
            this.own = own;
            this.connection = new Connection(
                    this.socket,
                    own.executor(),
                    own.share(),
                    guest.user(),
                    engine.limits().memory(),
                    this::ended);
        }

        @Override
        public void run() {
            connection.step(this::begin);
        }

        private void begin() {
            if (!connection.isOpen()) {
                // Its place was given to another meanwhile.
                return;
            }
            try {
                connection.begin(service, engine.workers(), guest.arrival());
                if (connections.isDraining()) {
                    connection.drainNow();
                }
                socket.serve(connection, own.executor());
                // What it asks for is often there already.
                connection.readable();
            } catch (IOException e) {
                log.warn("a connection was closed: {}", e.getMessage());
                connection.close();
            }
        }

        private void ended() {
            engine.limits().leave(guest.user(), connection);
            connections.leave(connection);
        }
    }
}

package dev.iambroker.server.transport;

import dev.iambroker.server.http.HttpService;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A socket that is listened on, and the connections that came by it. Thread-safe. */
public final class SocketListener {
    private static final Logger log = LoggerFactory.getLogger(SocketListener.class);

    /**
     * Connections that wait to be accepted: all of a user's at once, while the loops are busy. Not more: whoever comes
     * after a user that fills the queue waits for all of it.
     */
    private static final int BACKLOG = 1024;

    /** How many are accepted before the loop looks at anything else: a flood of one user's is gone through quickly. */
    private static final int ACCEPTED_AT_ONCE = 64;

    private static final int SMALLEST_READ = 64;

    /** A request as clients send them. */
    private static final int FIRST_READ = 2048;

    /** What is read in one step is taken from the time of all; the largest body takes a few of them. */
    private static final int LARGEST_READ = 16 * 1024;

    /** Answers that wait for the client: a few dozen pipelined tokens, then no more requests are begun. */
    private static final WriteBufferWaterMark WAITING_ANSWERS = new WriteBufferWaterMark(64 * 1024, 256 * 1024);

    private final Channel server;
    private final ChannelGroup connections;
    private final @Nullable SocketFile file;

    private SocketListener(Channel server, ChannelGroup connections, @Nullable SocketFile file) {
        this.server = server;
        this.connections = connections;
        this.file = file;
    }

    /**
     * Listens on a Unix socket. One that nobody answers on is replaced.
     *
     * @throws ListenFailure if the place is taken, unsafe or out of reach
     */
    public static SocketListener unix(UnixSocket socket, HttpService service, Engine engine) {
        SocketFile file = new SocketFile(socket);
        try {
            Path bound = file.prepare();
            return publish(file, bound, service, engine);
        } catch (IOException e) {
            throw new ListenFailure("cannot listen on " + socket.path() + ": " + e, e);
        }
    }

    private static SocketListener publish(SocketFile file, Path bound, HttpService service, Engine engine)
            throws IOException {
        ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
        Channel server = null;
        try {
            server = bind(
                    unix(EpollServerDomainSocketChannel::new, service, engine, connections),
                    new DomainSocketAddress(bound.toFile()));
            file.publish(bound);
            return new SocketListener(server, connections, file);
        } catch (IOException | RuntimeException e) {
            if (server != null) {
                server.close().awaitUninterruptibly();
            }
            file.discard(bound);
            throw e;
        }
    }

    /** Serves a Unix socket that is listened on already. When it is closed, the socket and its file stay. */
    public static SocketListener unix(InheritedSocket socket, HttpService service, Engine engine) {
        ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
        ServerBootstrap bootstrap = unix(socket::channel, service, engine, connections);
        return new SocketListener(listening(bootstrap.register(), socket), connections, null);
    }

    private static ServerBootstrap unix(
            ChannelFactory<ServerChannel> channel, HttpService service, Engine engine, ChannelGroup connections) {
        return bootstrap(engine, channel)
                .handler(new Doorkeeper(engine.limits()))
                .childHandler(ConnectionInitializer.forUnix(service, engine, connections));
    }

    /**
     * Listens on loopback TCP.
     *
     * @throws ListenFailure if {@code address} is not a loopback address, or cannot be had
     */
    public static SocketListener loopback(InetSocketAddress address, HttpService service, Engine engine) {
        demandLoopback(address);
        return tcp(address, ConnectionLimits.TCP, service, engine);
    }

    /**
     * Serves a loopback TCP socket that is listened on already.
     *
     * @throws ListenFailure if it can be reached from elsewhere
     */
    public static SocketListener loopback(InheritedSocket socket, HttpService service, Engine engine) {
        demandLoopback(socket.address());
        return tcp(socket, ConnectionLimits.TCP, service, engine);
    }

    private static void demandLoopback(InetSocketAddress address) {
        if (address.isUnresolved() || !address.getAddress().isLoopbackAddress()) {
            throw new ListenFailure("listen.http.address " + address
                    + " can be reached from other machines: use 127.0.0.1 or [::1], or the Unix socket");
        }
    }

    /**
     * Listens on TCP wherever it is told to. Only for what everybody may read.
     *
     * @throws ListenFailure if {@code address} cannot be had
     */
    public static SocketListener anyInterface(InetSocketAddress address, HttpService service, Engine engine) {
        return tcp(address, ConnectionLimits.METRICS, service, engine);
    }

    /** Serves a TCP socket that is listened on already, wherever that is. Only for what everybody may read. */
    public static SocketListener anyInterface(InheritedSocket socket, HttpService service, Engine engine) {
        return tcp(socket, ConnectionLimits.METRICS, service, engine);
    }

    private static SocketListener tcp(InetSocketAddress address, int user, HttpService service, Engine engine) {
        ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
        ServerBootstrap bootstrap = tcp(EpollServerSocketChannel::new, user, service, engine, connections);
        return new SocketListener(bind(bootstrap, address), connections, null);
    }

    private static SocketListener tcp(InheritedSocket socket, int user, HttpService service, Engine engine) {
        ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
        ServerBootstrap bootstrap = tcp(socket::channel, user, service, engine, connections);
        return new SocketListener(listening(bootstrap.register(), socket), connections, null);
    }

    private static ServerBootstrap tcp(
            ChannelFactory<ServerChannel> channel,
            int user,
            HttpService service,
            Engine engine,
            ChannelGroup connections) {
        return bootstrap(engine, channel)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(ConnectionInitializer.forTcp(user, service, engine, connections));
    }

    private static ServerBootstrap bootstrap(Engine engine, ChannelFactory<ServerChannel> channel) {
        return new ServerBootstrap()
                .group(engine.loops().group())
                .channelFactory(channel)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.RECVBUF_ALLOCATOR, accepting())
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, reading())
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WAITING_ANSWERS);
    }

    private static RecvByteBufAllocator accepting() {
        return new ServerChannelRecvByteBufAllocator().maxMessagesPerRead(ACCEPTED_AT_ONCE);
    }

    private static RecvByteBufAllocator reading() {
        return new AdaptiveRecvByteBufAllocator(SMALLEST_READ, FIRST_READ, LARGEST_READ);
    }

    private static Channel bind(ServerBootstrap bootstrap, SocketAddress address) {
        return listening(bootstrap.bind(address), address);
    }

    private static Channel listening(ChannelFuture begun, Object address) {
        ChannelFuture bound = begun.awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new ListenFailure(
                    "cannot listen on " + address + ": " + reason(bound.cause()) + ": is it in use already?",
                    bound.cause());
        }
        return bound.channel();
    }

    private static String reason(@Nullable Throwable cause) {
        return cause == null ? "unknown" : String.valueOf(cause.getMessage());
    }

    /** The TCP port, 0 for a Unix socket. */
    public int port() {
        return server.localAddress() instanceof InetSocketAddress address ? address.getPort() : 0;
    }

    /**
     * Stops accepting, and lets every connection end as soon as it owes no answer. Returns at once; the Unix socket is
     * gone then. Harmless the second time.
     */
    public void drain() {
        removeFile();
        server.close().awaitUninterruptibly();
        connections.forEach(connection -> connection
                .eventLoop()
                .execute(() -> connection.pipeline().fireUserEventTriggered(RequestHandler.Drain.EVENT)));
    }

    /**
     * Ends every connection on which a secret waits that its client has not taken yet: none leaves after this returns but
     * what the kernel has. Blocks for a moment; not on an event loop.
     */
    public void withdraw() {
        List<Future<?>> steps = new ArrayList<>();
        connections.forEach(connection -> steps.add(connection
                .eventLoop()
                .submit(() -> connection.pipeline().fireUserEventTriggered(RequestHandler.Withdraw.EVENT))));
        steps.forEach(Future::awaitUninterruptibly);
    }

    /** Whether every request that was taken up was answered within {@code grace}. After {@link #drain}. */
    public boolean awaitDrained(Duration grace) {
        return connections.newCloseFuture().awaitUninterruptibly(grace.toMillis());
    }

    /**
     * Stops accepting, lets every request that was taken up be answered within {@code grace}, and closes what is left.
     * Does nothing the second time.
     */
    public void close(Duration grace) {
        // Also after a drain: a connection that was being accepted at that moment did not hear of it.
        drain();
        if (!awaitDrained(grace)) {
            log.info("{} connections still had a request when the time to stop was up", connections.size());
        }
        connections.close().awaitUninterruptibly();
    }

    private void removeFile() {
        if (file == null) {
            return;
        }
        try {
            file.remove();
        } catch (IOException e) {
            log.warn("the socket could not be removed: {}", e.toString());
        }
    }
}

package dev.iambroker.server.transport;

import dev.iambroker.server.http.HttpService;
import dev.iambroker.server.os.ProcFs;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import io.netty.util.concurrent.Future;
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

    private final Acceptor acceptor;
    private final Connections connections;
    private final @Nullable SocketFile file;

    private SocketListener(Acceptor acceptor, @Nullable SocketFile file) {
        this.acceptor = acceptor;
        this.connections = acceptor.connections();
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
        Socket server = Socket.newSocketDomain();
        try {
            listen(server, new DomainSocketAddress(bound.toFile()));
            file.publish(bound);
            return serving(server, local(service, engine), service, engine, file);
        } catch (IOException | RuntimeException e) {
            server.close();
            file.discard(bound);
            throw e;
        }
    }

    /** Serves a Unix socket that is listened on already. When it is closed, the socket and its file stay. */
    public static SocketListener unix(InheritedSocket socket, HttpService service, Engine engine) {
        return serving(socket.socket(), local(service, engine), service, engine, null);
    }

    private static Reception local(HttpService service, Engine engine) {
        return new Reception.Local(new PeerReader(new ProcFs()), engine.witnesses(), service);
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
        return tcp(socket.socket(), ConnectionLimits.TCP, service, engine);
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
        return tcp(socket.socket(), ConnectionLimits.METRICS, service, engine);
    }

    private static SocketListener tcp(InetSocketAddress address, int user, HttpService service, Engine engine) {
        Socket server = Socket.newSocketStream();
        try {
            server.setReuseAddress(true);
            listen(server, address);
            return tcp(server, user, service, engine);
        } catch (IOException | RuntimeException e) {
            closeQuietly(server);
            throw new ListenFailure(
                    "cannot listen on " + address + ": " + e.getMessage() + ": is it in use already?", e);
        }
    }

    private static SocketListener tcp(Socket server, int user, HttpService service, Engine engine) {
        return serving(server, Reception.Tcp.on(server.localAddress(), user), service, engine, null);
    }

    private static void listen(Socket server, SocketAddress address) throws IOException {
        server.bind(address);
        server.listen(BACKLOG);
    }

    private static SocketListener serving(
            Socket server, Reception reception, HttpService service, Engine engine, @Nullable SocketFile file) {
        Acceptor acceptor = new Acceptor(server, reception, service, engine);
        acceptor.begin();
        return new SocketListener(acceptor, file);
    }

    private static void closeQuietly(Socket server) {
        try {
            server.close();
        } catch (IOException e) {
            log.debug("a listener was not closed cleanly: {}", e.getMessage());
        }
    }

    /** The TCP port, 0 for a Unix socket. */
    public int port() {
        return acceptor.port();
    }

    /**
     * Stops accepting, and lets every connection end as soon as it owes no answer. Returns at once; the Unix socket is
     * gone then. Harmless the second time.
     */
    public void drain() {
        removeFile();
        acceptor.end();
        connections.drain();
    }

    /**
     * Ends every connection on which a secret waits that its client has not taken yet: none leaves after this returns but
     * what the kernel has. Blocks for a moment; not on an event loop.
     */
    public void withdraw() {
        List<Future<?>> steps = new ArrayList<>();
        connections.all().forEach(connection -> steps.add(connection.withdraw()));
        steps.forEach(Future::awaitUninterruptibly);
    }

    /** Whether every request that was taken up was answered within {@code grace}. After {@link #drain}. */
    public boolean awaitDrained(Duration grace) {
        return connections.awaitNone(grace);
    }

    /**
     * Stops accepting, lets every request that was taken up be answered within {@code grace}, and closes what is left.
     * Does nothing the second time.
     */
    public void close(Duration grace) {
        drain();
        if (!awaitDrained(grace)) {
            log.info(
                    "{} connections still had a request when the time to stop was up",
                    connections.all().size());
        }
        connections.close();
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

package dev.iambroker.emulator.http;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.InstantSource;
import javax.net.ServerSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A loopback listener that can be stopped and started again on the same port, plain or TLS by its socket factory. A stop closes
 * every connection and returns when all its threads have ended. Thread-safe.
 */
public final class HttpListener implements AutoCloseable {
    private static final int BACKLOG = 1024;

    private final String name;
    private final ServerSocketFactory sockets;
    private final Handler handler;
    private final InstantSource clock;
    private final int port;

    @GuardedBy("this")
    private @Nullable AcceptLoop running;

    /** A listener that is not started yet; port 0 takes a free one. */
    public HttpListener(String name, int port, ServerSocketFactory sockets, Handler handler, InstantSource clock) {
        this.name = name;
        this.port = port == 0 ? LoopbackPort.free() : port;
        this.sockets = sockets;
        this.handler = handler;
        this.clock = clock;
    }

    /** Binds and serves; does nothing if it is started already. */
    public synchronized void start() {
        if (running != null) {
            return;
        }
        running = new AcceptLoop(name, bind(), handler, clock);
        running.start();
    }

    /** Refuses connections from now on; does nothing if it is stopped already. */
    public synchronized void stop() {
        if (running != null) {
            running.close();
            running = null;
        }
    }

    /** The same over all its starts. */
    public int port() {
        return port;
    }

    @Override
    public void close() {
        stop();
    }

    private ServerSocket bind() {
        try {
            ServerSocket socket = sockets.createServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), BACKLOG);
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on 127.0.0.1:" + port + "; choose another port", e);
        }
    }
}

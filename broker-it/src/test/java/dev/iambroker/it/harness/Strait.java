package dev.iambroker.it.harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Passes connections on to a port of loopback, until it is cut. Then nothing comes through in either direction, not even an
 * end, and nobody is told; what was sent meanwhile comes through when it is open again, as between machines whose network
 * was parted for a while. Thread-safe; closing it ends every connection.
 */
public final class Strait implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final long NOBODY = -1;

    private final ServerSocketChannel listener;
    private final InetSocketAddress target;
    private final Set<Crossing> crossings = ConcurrentHashMap.newKeySet();
    private boolean isCut;
    private long barred = NOBODY;
    private boolean isClosed;

    private Strait(ServerSocketChannel listener, InetSocketAddress target) {
        this.listener = listener;
        this.target = target;
        Thread.ofPlatform().daemon().name("strait").start(this::acceptAll);
    }

    /** Listens on a free port of loopback, for that port of loopback, where somebody may listen later. */
    public static Strait to(int port) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open();
        listener.bind(loopback(0));
        return new Strait(listener, loopback(port));
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    public int port() throws IOException {
        return ((InetSocketAddress) listener.getLocalAddress()).getPort();
    }

    /** For everybody. */
    public synchronized void cut() {
        isCut = true;
    }

    /** For the connections that the process {@code pid} makes, and has made. */
    public synchronized void cutFor(long pid) throws IOException {
        barred = pid;
        for (Crossing crossing : crossings) {
            crossing.isBarred = isBarred(crossing.client);
        }
    }

    public synchronized void open() {
        isCut = false;
        barred = NOBODY;
        for (Crossing crossing : crossings) {
            crossing.isBarred = false;
        }
        notifyAll();
    }

    private boolean isBarred(SocketChannel client) throws IOException {
        return barred != NOBODY && SocketOwner.isOwner(barred, (InetSocketAddress) client.getRemoteAddress(), port());
    }

    private void acceptAll() {
        try {
            while (true) {
                enter(new Crossing(listener.accept()));
            }
        } catch (IOException closed) {
            close();
        }
    }

    private synchronized void enter(Crossing crossing) throws IOException {
        crossing.isBarred = isBarred(crossing.client);
        crossings.add(crossing);
        Thread.ofVirtual().start(crossing::run);
    }

    /** Waits while nothing may pass. @throws IOException if it was closed meanwhile */
    private synchronized void awaitPassage(Crossing crossing) throws IOException {
        while ((isCut || crossing.isBarred) && !isClosed) {
            try {
                wait();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
        if (isClosed) {
            throw new IOException("closed");
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            isClosed = true;
            notifyAll();
        }
        end(listener);
        crossings.forEach(Crossing::end);
    }

    private static void end(AutoCloseable channel) {
        try {
            channel.close();
        } catch (Exception gone) {
            // That is what was wanted.
        }
    }

    /** A connection, and the one that continues it. */
    private final class Crossing {
        private final SocketChannel client;
        private final SocketChannel server;
        /** Guarded by the strait. */
        private boolean isBarred;

        Crossing(SocketChannel client) throws IOException {
            this.client = client;
            this.server = SocketChannel.open();
        }

        void run() {
            try {
                awaitPassage(this);
                server.connect(target);
                Thread.ofVirtual().start(() -> pump(server, client));
            } catch (IOException nobodyThere) {
                end();
                return;
            }
            pump(client, server);
        }

        private void pump(SocketChannel from, SocketChannel to) {
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
            try {
                while (from.read(buffer) >= 0) {
                    awaitPassage(this);
                    buffer.flip();
                    while (buffer.hasRemaining()) {
                        to.write(buffer);
                    }
                    buffer.clear();
                }
            } catch (IOException brokenOff) {
                // The other side learns of it as of an orderly end.
            }
            endWhenPassable();
        }

        /** That somebody hung up comes through no sooner than anything else. */
        private void endWhenPassable() {
            try {
                awaitPassage(this);
            } catch (IOException closed) {
                // Then it ends at once.
            }
            end();
        }

        private void end() {
            crossings.remove(this);
            Strait.end(client);
            Strait.end(server);
        }
    }
}

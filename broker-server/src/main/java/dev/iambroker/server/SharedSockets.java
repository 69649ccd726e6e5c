package dev.iambroker.server;

import dev.iambroker.broker.BrokerFailure;
import dev.iambroker.broker.BrokerFailure.About;
import dev.iambroker.broker.ShareSockets;
import dev.iambroker.client.Peer;
import dev.iambroker.client.Scope;
import dev.iambroker.server.config.FileMode;
import dev.iambroker.server.http.HttpService;
import dev.iambroker.server.transport.Engine;
import dev.iambroker.server.transport.ListenFailure;
import dev.iambroker.server.transport.ShareDirectory;
import dev.iambroker.server.transport.SocketListener;
import dev.iambroker.server.transport.UnixSocket;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The sockets of shares. Those that are open when the daemon stops end with it. Thread-safe. */
final class SharedSockets implements ShareSockets, AutoCloseable {
    /** The last answer is on its way; whoever still waits has waited in vain. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    private static final int ROOT = 0;
    private static final int OTHERS = 006;

    private final ShareDirectory directory;
    private final Function<Scope, HttpService> services;
    private final Engine engine;
    private final OrderlyStop stop;
    private final int self;
    private final Set<Opened> open = ConcurrentHashMap.newKeySet();

    /** @param self the user that the daemon runs as */
    SharedSockets(
            ShareDirectory directory,
            Function<Scope, HttpService> services,
            Engine engine,
            OrderlyStop stop,
            int self) {
        this.directory = directory;
        this.services = services;
        this.engine = engine;
        this.stop = stop;
        this.self = self;
    }

    @Override
    public Opened open(Scope scope, int mode) {
        Integer owner = ownerFor(scope.sharer().peer(), mode);
        Path path = null;
        Shared shared = null;
        try {
            path = directory.create();
            UnixSocket socket =
                    new UnixSocket(path, new FileMode(mode).permissions(), directory.birthplace(), null, owner);
            shared = new Shared(path, stop.with(SocketListener.unix(socket, services.apply(scope), engine)));
            open.add(shared);
            directory.publish(path);
            return shared;
        } catch (IOException | ListenFailure e) {
            if (shared != null) {
                shared.close();
            } else if (path != null) {
                directory.remove(path);
            }
            throw new NotOpened("the shared socket cannot be made: " + e.getMessage());
        }
    }

    /** Whoever shares is to reach it. Only root can give a file away. */
    private @Nullable Integer ownerFor(@Nullable Peer sharer, int mode) {
        if (sharer == null || sharer.uid() == self || sharer.uid() == ROOT) {
            return null;
        }
        if (self != ROOT && (mode & OTHERS) == 0) {
            throw new BrokerFailure.BadRequest(
                    "the broker runs as another user than you and cannot give you the socket: add '--mode 0666', and"
                            + " tell its path to nobody who is not meant",
                    About.NOTHING);
        }
        return self == ROOT ? sharer.uid() : null;
    }

    @Override
    public void close() {
        open.forEach(Opened::close);
        directory.removeIfEmpty();
    }

    private final class Shared implements Opened {
        private final Path path;
        private final SocketListener listener;
        private final AtomicBoolean isClosed = new AtomicBoolean();

        private Shared(Path path, SocketListener listener) {
            this.path = path;
            this.listener = listener;
        }

        @Override
        public String path() {
            return path.toString();
        }

        @Override
        public void close() {
            if (isClosed.compareAndSet(false, true)) {
                listener.drain();
                listener.withdraw();
                listener.close(GRACE);
                stop.without(listener);
                open.remove(this);
                directory.remove(path);
            }
        }
    }
}

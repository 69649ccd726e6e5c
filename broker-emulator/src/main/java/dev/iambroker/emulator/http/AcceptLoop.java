package dev.iambroker.emulator.http;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/** One run of a listener, from bind to close: a virtual thread for the door and one for each connection. */
final class AcceptLoop implements AutoCloseable {
    private static final Duration AFTER_FAILURE = Duration.ofMillis(10);

    private final ServerSocket door;
    private final Handler handler;
    private final InstantSource clock;
    private final ExecutorService threads;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Stopping stopping = new Stopping();

    AcceptLoop(String name, ServerSocket door, Handler handler, InstantSource clock) {
        this.door = door;
        this.handler = handler;
        this.clock = clock;
        this.threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("emulator-" + name + "-", 0).factory());
    }

    void start() {
        threads.execute(this::accept);
    }

    private void accept() {
        try {
            while (!stopping.requested()) {
                acceptOne();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void acceptOne() throws InterruptedException {
        try {
            Socket socket = door.accept();
            open.add(socket);
            threads.execute(() -> serve(socket));
        } catch (IOException | RejectedExecutionException e) {
            // Closing the door ends the loop at once; out of descriptors it must not spin until some are free.
            stopping.pause(AFTER_FAILURE);
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            if (!stopping.requested()) {
                new Connection(socket, handler, stopping, clock).run();
            }
        } catch (IOException e) {
            // The caller went away or never spoke TLS: nobody is left to tell.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(socket);
        }
    }

    @Override
    public void close() {
        stopping.request();
        closeQuietly(door);
        open.forEach(AcceptLoop::closeQuietly);
        // Who waits for the next piece of a body looks at no socket.
        threads.shutdownNow();
        threads.close();
        open.forEach(AcceptLoop::closeQuietly);
    }

    private static void closeQuietly(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            // A socket that does not close is of no more use either way.
        }
    }
}

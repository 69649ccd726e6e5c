package dev.iambroker.emulator.http;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/** One run of a listener, from bind to close: a virtual thread for the door and one for each connection. */
final class AcceptLoop implements AutoCloseable {
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
        while (!stopping.requested()) {
            try {
                Socket socket = door.accept();
                open.add(socket);
                threads.execute(() -> serve(socket));
            } catch (IOException | RejectedExecutionException e) {
                // Closing the door is how this loop ends; any other trouble concerns one caller only.
            }
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

package dev.iambroker.it.harness;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** A few clients that ask for the same thing again and again, each time by a connection of its own. Thread-safe. */
public final class SteadyLoad implements AutoCloseable {
    private static final int CLIENTS = 4;
    private static final long PATIENCE_SECONDS = 120;

    private final UnixHttp broker;
    private final String target;
    private final ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    private final AtomicBoolean isOver = new AtomicBoolean();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicReference<CountDownLatch> wanted = new AtomicReference<>(new CountDownLatch(0));

    private SteadyLoad(UnixHttp broker, String target) {
        this.broker = broker;
        this.target = target;
    }

    public static SteadyLoad begin(UnixHttp broker, String target) {
        SteadyLoad load = new SteadyLoad(broker, target);
        for (int i = 0; i < CLIENTS; i++) {
            load.clients.execute(load::askOnAndOn);
        }
        return load;
    }

    private void askOnAndOn() {
        while (!isOver.get()) {
            try {
                Answer answer = broker.get(target);
                if (answer.status() != 200) {
                    failures.add(answer.head());
                }
            } catch (IOException e) {
                failures.add(e.toString());
            }
            wanted.get().countDown();
        }
    }

    /** Waits for so many more answers, failures among them. */
    public void awaitAnswers(int count) throws InterruptedException {
        CountDownLatch more = new CountDownLatch(count);
        wanted.set(more);
        if (!more.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("no " + count + " answers within " + PATIENCE_SECONDS + " s");
        }
    }

    /** Whatever was not answered as it should be. */
    public List<String> failures() {
        return List.copyOf(failures);
    }

    @Override
    public void close() {
        isOver.set(true);
        clients.shutdown();
        clients.close();
    }
}

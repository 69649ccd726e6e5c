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

/**
 * A few clients that ask for the same thing again and again: some by a new connection each time, some over one that they
 * keep as long as they may. Thread-safe.
 */
public final class SteadyLoad implements AutoCloseable {
    private static final int EACH_TIME_ANEW = 3;
    private static final int KEEPING = 3;
    private static final long PATIENCE_SECONDS = 120;

    private final UnixHttp broker;
    private final String target;
    private final ExecutorService clients = Executors.newFixedThreadPool(EACH_TIME_ANEW + KEEPING);
    private final AtomicBoolean isOver = new AtomicBoolean();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicReference<CountDownLatch> wanted = new AtomicReference<>(new CountDownLatch(0));

    private SteadyLoad(UnixHttp broker, String target) {
        this.broker = broker;
        this.target = target;
    }

    public static SteadyLoad begin(UnixHttp broker, String target) {
        SteadyLoad load = new SteadyLoad(broker, target);
        for (int i = 0; i < EACH_TIME_ANEW; i++) {
            load.clients.execute(() -> load.askOnAndOn(broker::get));
        }
        for (int i = 0; i < KEEPING; i++) {
            load.clients.execute(load::askOverOne);
        }
        return load;
    }

    private void askOverOne() {
        try (KeptConnection connection = broker.keeping()) {
            askOnAndOn(connection::get);
        } catch (IOException e) {
            failures.add("at its end: " + e);
        }
    }

    private void askOnAndOn(Client client) {
        while (!isOver.get()) {
            try {
                Answer answer = client.get(target);
                if (answer.status() != 200) {
                    failures.add(answer.head());
                }
            } catch (IOException e) {
                failures.add(e.toString());
            }
            wanted.get().countDown();
        }
    }

    @FunctionalInterface
    private interface Client {
        Answer get(String target) throws IOException;
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

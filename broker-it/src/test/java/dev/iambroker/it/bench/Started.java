package dev.iambroker.it.bench;

import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.UnixHttp;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A daemon whose start and end are timed, to half a millisecond. Closing it kills it if it still runs. */
final class Started implements AutoCloseable {
    private static final long LOOK_MICROS = 500;
    private static final int MOST_LINES = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final double millis;

    private Started(Process process, double millis) {
        this.process = process;
        this.millis = millis;
    }

    /** Starts it and returns when it has handed out a token. */
    static Started by(Program program, Broker broker) throws IOException, InterruptedException {
        Path out = broker.place().directory().resolve("timed.out");
        Path err = broker.place().directory().resolve("timed.log");
        long start = System.nanoTime();
        Process process = program.start(Redirect.from(Path.of("/dev/null").toFile()), out, err);
        while (!isServed(broker.http())) {
            boolean isOver = System.nanoTime() - start > PATIENCE.toNanos();
            if (isOver || process.waitFor(LOOK_MICROS, TimeUnit.MICROSECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("no token of a start: " + endOf(err));
            }
        }
        return new Started(process, millisSince(start));
    }

    private static String endOf(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - MOST_LINES), lines.size()));
    }

    private static boolean isServed(UnixHttp http) {
        try {
            return http.get(Broker.tokenRoute(0)).status() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** From before its start to after its first token. */
    double millis() {
        return millis;
    }

    /** How long it takes from SIGTERM until it is gone. */
    double stopped() throws InterruptedException {
        long start = System.nanoTime();
        process.destroy();
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("the daemon did not end within " + PATIENCE);
        }
        return millisSince(start);
    }

    private static double millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e6;
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}

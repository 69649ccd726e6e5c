package dev.iambroker.it.harness;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A running daemon: the launcher's process, which is the JVM's own. Closing it kills it if it still runs. Confined to the thread of
 * its test, but for {@link #kill()} and {@link #terminate()}.
 */
public final class Daemon implements AutoCloseable {
    /** A start takes two seconds; on a machine that others use too it was seen to take forty. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** Between two looks at something that cannot be waited for otherwise. */
    private static final long LOOK_MILLIS = 10;

    private final Process process;
    private final Path out;
    private final Path err;

    private Daemon(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    static Daemon start(Workplace place, Program program) throws IOException, InterruptedException {
        Path out = Files.createTempFile(place.directory(), "daemon-", ".out");
        Path err = Files.createTempFile(place.directory(), "daemon-", ".log");
        Process process = program.start(Redirect.from(Path.of("/dev/null").toFile()), out, err);
        Daemon daemon = new Daemon(process, out, err);
        daemon.await("its socket to answer", () -> answers(place));
        return daemon;
    }

    private static boolean answers(Workplace place) {
        try {
            return place.http().get("/livez").status() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    /**
     * Looks until it is so.
     *
     * @throws AssertionError with the log if the daemon ends, or time runs out, before
     */
    public void await(String what, BooleanSupplier condition) throws InterruptedException, IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            boolean ended = process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            if (ended || System.nanoTime() > end) {
                String state = ended ? "ended with " + process.exitValue() : "still runs";
                kill();
                throw new AssertionError("waited in vain for " + what + "; the daemon " + state + ":\n" + log());
            }
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** What it wrote to stderr so far. */
    public String log() throws IOException {
        return Files.readString(err);
    }

    /** What it wrote to stdout so far. */
    public String output() throws IOException {
        return Files.readString(out);
    }

    public void awaitLog(String text) throws InterruptedException, IOException {
        await("the log to say " + text, () -> {
            try {
                return log().contains(text);
            } catch (IOException e) {
                return false;
            }
        });
    }

    /** SIGKILL, and waits until it is gone. */
    public void kill() {
        Children.kill(process);
    }

    /** Sends it a signal by its name, such as {@code STOP}. */
    public void signal(String name) throws IOException, InterruptedException {
        Signals.send(name, pid());
    }

    /** SIGTERM; {@link #awaitExit} waits. */
    public void terminate() {
        process.destroy();
    }

    /** @throws AssertionError with its log if it does not end in time */
    public int awaitExit() throws InterruptedException, IOException {
        if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("the daemon did not end within " + PATIENCE + ":\n" + log());
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        kill();
    }
}

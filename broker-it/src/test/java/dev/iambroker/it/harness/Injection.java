package dev.iambroker.it.harness;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** System calls of a running daemon that fail, by strace, until this is closed. */
public final class Injection implements AutoCloseable {
    private final Path files;
    private final Process tracer;

    private Injection(Path files, Process tracer) {
        this.files = files;
        this.tracer = tracer;
    }

    /** Lets every call of {@code syscalls} fail; they are strace's words, with commas. */
    public static Injection everywhere(Daemon daemon, String syscalls, String errno)
            throws IOException, InterruptedException {
        return start(daemon, syscalls, errno);
    }

    /** As {@link #everywhere}, for calls on that very path alone. */
    public static Injection on(Path path, Daemon daemon, String syscalls, String errno)
            throws IOException, InterruptedException {
        return start(daemon, syscalls, errno, "-P", path);
    }

    private static Injection start(Daemon daemon, String syscalls, String errno, Object... filter)
            throws IOException, InterruptedException {
        Needs.program("strace", "strace");
        Path files = Files.createTempDirectory("iam-broker-it-strace-");
        Path err = files.resolve("err");
        Process tracer = Program.of(
                        "strace", "-f", "-e", "trace=" + syscalls, "-e", "inject=" + syscalls + ":error=" + errno)
                .with(filter)
                .with("-p", daemon.pid())
                .start(Redirect.from(Path.of("/dev/null").toFile()), files.resolve("out"), err);
        while (!Files.readString(err).contains(" attached")) {
            if (tracer.waitFor(10, TimeUnit.MILLISECONDS)) {
                throw new AssertionError("strace cannot attach: " + Files.readString(err));
            }
        }
        return new Injection(files, tracer);
    }

    /** Lets go of the daemon, if it still runs. */
    @Override
    public void close() throws IOException {
        // Asked, not killed: it must not leave in the midst of a call.
        tracer.destroy();
        tracer.onExit().join();
        Children.kill(tracer);
        Workplace.delete(files);
    }
}

package dev.iambroker.server.cli;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.iambroker.server.os.ProcFs;
import dev.iambroker.server.os.Signals;
import java.io.File;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A command that has what this process has, its terminal too, and is told of the signals that this process is sent. What is
 * typed at the terminal reaches both, as they are in one process group: it is the command that decides what becomes of it.
 */
final class Child {
    /** A shell's own for what is there and cannot be run. */
    static final int NOT_EXECUTABLE = 126;

    /** A shell's own for what is not there. */
    static final int NOT_FOUND = 127;

    private final Map<String, String> environment;

    /** A signal waits until the command is there that it is for. */
    @GuardedBy("this")
    private @Nullable Process process;

    private Child(Map<String, String> environment) {
        this.environment = environment;
    }

    /** @param environment all of it */
    static Child start(List<String> command, Map<String, String> environment) throws NotStarted {
        if (!isThere(command.getFirst(), environment.getOrDefault("PATH", "/usr/bin:/bin"))) {
            throw new NotStarted(NOT_FOUND, "is not there: name a program on PATH, or one with its directory");
        }
        var child = new Child(environment);
        child.begin(command);
        return child;
    }

    private synchronized void begin(List<String> command) throws NotStarted {
        var builder = new ProcessBuilder(command).inheritIO();
        ChildEnvironment.give(environment, builder);
        // Before the command is there: it may be told to end, and this process by it, at once.
        takeSignals();
        try {
            process = builder.start();
        } catch (IOException e) {
            // The cause quotes the whole command line.
            throw new NotStarted(NOT_EXECUTABLE, "cannot be run: it is a directory, or not executable");
        }
    }

    private static boolean isThere(String program, String searchPath) {
        return program.indexOf('/') >= 0
                ? new File(program).exists()
                : Arrays.stream(searchPath.split(":", -1))
                        .anyMatch(directory -> new File(directory.isEmpty() ? "." : directory, program).isFile());
    }

    private void takeSignals() {
        for (var signal : List.of(Signals.TERM, Signals.HUP, Signals.USR1, Signals.USR2)) {
            signal.runs(() -> send(signal));
        }
        // One that was typed has reached the command already; two of them end some programs at once.
        Signals.INT.runs(() -> {
            if (!new ProcFs().isInForeground()) {
                send(Signals.INT);
            }
        });
    }

    private synchronized void send(Signals signal) {
        if (process != null && process.isAlive()) {
            signal.sendTo(process.toHandle());
        }
    }

    /** Its exit code; 128 and the number of the signal that ended it. */
    int await() throws InterruptedException {
        Process started;
        synchronized (this) {
            started = Objects.requireNonNull(process);
        }
        return started.waitFor();
    }

    /** Asks it to end, where it has not. */
    void end() {
        send(Signals.TERM);
    }

    /** There is no such command, or it cannot be run. */
    static final class NotStarted extends Exception {
        private final int exitCode;

        NotStarted(int exitCode, String why) {
            super(why, null, false, false);
            this.exitCode = exitCode;
        }

        int exitCode() {
            return exitCode;
        }
    }
}

package dev.iambroker.server.cli;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A command that is run for each token, with the token and a newline on its standard input, without a shell, never twice at
 * once. Of the tokens that come while it runs, it is run for the newest. That it fails is said and ends nothing.
 */
final class ChangeCommand {
    private final List<String> command;
    private final Map<String, String> environment;
    private final PrintStream err;

    @GuardedBy("this")
    private @Nullable String newest;

    @GuardedBy("this")
    private boolean isBusy;

    /** @param environment all of what it has */
    ChangeCommand(List<String> command, Map<String, String> environment, PrintStream err) {
        this.command = List.copyOf(command);
        this.environment = Map.copyOf(environment);
        this.err = err;
    }

    synchronized void changed(String token) {
        newest = token;
        if (!isBusy) {
            isBusy = true;
            Thread.ofPlatform().daemon().name("on-change").start(this::work);
        }
    }

    private void work() {
        for (String token = next(); token != null; token = next()) {
            String failure = run(token);
            if (failure != null) {
                err.println("iam-broker: the command of --on-change " + failure);
            }
        }
    }

    private synchronized @Nullable String next() {
        String token = newest;
        newest = null;
        isBusy = token != null;
        notifyAll();
        return token;
    }

    /** Why it failed; null where it did not. */
    private @Nullable String run(String token) {
        var builder =
                new ProcessBuilder(command).redirectOutput(Redirect.INHERIT).redirectError(Redirect.INHERIT);
        ChildEnvironment.give(environment, builder);
        Process process;
        try {
            process = builder.start();
        } catch (IOException quotingTheWholeLine) {
            return "cannot be started: name a program on PATH, or one with its directory";
        }
        try (var in = process.getOutputStream()) {
            in.write((token + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException unread) {
            // It may have no use for it; how it ends says whether that is a failure.
        }
        int status = process.onExit().join().exitValue();
        return status == 0 ? null : "ended with status " + status;
    }

    /** Returns when all that it was told is done. */
    synchronized void awaitIdle() throws InterruptedException {
        while (isBusy) {
            wait();
        }
    }
}

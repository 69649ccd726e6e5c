package dev.iambroker.server.sink;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.iambroker.server.config.SinkConfig;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A command that is run after a change: without a shell, in the root directory, with nothing on its standard input, and
 * knowing the path and the account, never the token. Of what it prints a line goes into the log, without anything that
 * could be a token. It is killed with all that it started when its time is over. Thread-safe.
 */
final class Command implements Tidings {
    private static final Logger log = LoggerFactory.getLogger(Command.class);
    private static final File NOTHING = new File("/dev/null");

    /** What is read of its output; the rest is passed over, so that it need not wait for a reader. */
    private static final int OUTPUT_BYTES = 4096;

    /** What the command started may keep its output open after its own end. */
    private static final long OUTPUT_MILLIS = 500;

    private final SinkConfig sink;
    private final SinkConfig.OnChange.Command command;
    private final @Nullable String searchPath;

    @GuardedBy("this")
    private @Nullable Process running;

    @GuardedBy("this")
    private boolean isEnded;

    /** @param searchPath where programs are looked for; null for the platform's default */
    Command(SinkConfig sink, SinkConfig.OnChange.Command command, @Nullable String searchPath) {
        this.sink = sink;
        this.command = command;
        this.searchPath = searchPath;
    }

    @Override
    public void tell() throws SinkFailure {
        Process process = start();
        if (process == null) {
            return;
        }
        try {
            FutureTask<String> output = new FutureTask<>(() -> beginning(process.getInputStream()));
            // Of its own: something that the command left running may keep its output open for as long as it likes.
            Thread.ofVirtual().name("sink-command").start(output);
            await(process, output);
        } finally {
            kill(process);
            ended();
        }
    }

    private synchronized @Nullable Process start() throws SinkFailure {
        if (isEnded) {
            return null;
        }
        var builder = new ProcessBuilder(command.argv())
                .directory(new File("/"))
                .redirectInput(NOTHING)
                .redirectErrorStream(true);
        Map<String, String> environment = builder.environment();
        environment.clear();
        if (searchPath != null) {
            environment.put("PATH", searchPath);
        }
        environment.put("IAM_BROKER_SINK", sink.path().toString());
        environment.put("IAM_BROKER_ACCOUNT", sink.account().value());
        try {
            running = builder.start();
            return running;
        } catch (IOException e) {
            // The cause quotes the whole command line.
            throw new SinkFailure(name() + " cannot be started (expected a program that this user may run)");
        }
    }

    private void await(Process process, FutureTask<String> output) throws SinkFailure {
        try {
            if (!process.waitFor(command.timeout().toMillis(), TimeUnit.MILLISECONDS)) {
                kill(process);
                throw new SinkFailure(name() + " did not end within "
                        + command.timeout().toSeconds() + " s and was killed" + said(output));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SinkFailure(name() + " was killed: the broker is stopping");
        }
        if (isEnded()) {
            throw new SinkFailure(name() + " was killed: the broker is stopping, or the sink has changed");
        }
        if (process.exitValue() != 0) {
            throw new SinkFailure(name() + " ended with status " + process.exitValue() + said(output));
        }
        log.info("sink {}: {} is done{}", sink.path(), name(), said(output));
    }

    private String name() {
        return "command " + command.argv().getFirst();
    }

    private static String said(FutureTask<String> output) {
        try {
            String text = OutputLine.of(output.get(OUTPUT_MILLIS, TimeUnit.MILLISECONDS));
            return text.isEmpty() ? "" : ": " + text;
        } catch (TimeoutException | ExecutionException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private static String beginning(InputStream output) throws IOException {
        byte[] begin = output.readNBytes(OUTPUT_BYTES);
        output.transferTo(OutputStream.nullOutputStream());
        return new String(begin, StandardCharsets.UTF_8);
    }

    /** The whole family: children of a shell script would otherwise outlive it. */
    private static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private synchronized boolean isEnded() {
        return isEnded;
    }

    private synchronized void ended() {
        running = null;
    }

    @Override
    public synchronized void end() {
        isEnded = true;
        if (running != null) {
            kill(running);
        }
    }
}

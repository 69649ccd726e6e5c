package dev.iambroker.it.harness;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A program to run to its end. It inherits nothing of this process's environment but {@code PATH}, so that no setting of the machine
 * decides a test. Confined to one thread.
 */
public final class Program {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final List<String> command;
    private final Map<String, String> environment = new TreeMap<>();
    private @Nullable Path directory;
    private String stdin = "";
    private Duration patience = PATIENCE;

    private Program(List<String> command) {
        this.command = command;
        environment.put("PATH", String.valueOf(System.getenv("PATH")));
        environment.put("LC_ALL", "C.UTF-8");
    }

    public static Program of(Object... command) {
        return new Program(
                new ArrayList<>(Arrays.stream(command).map(String::valueOf).toList()));
    }

    /** Runs that text in bash, as a user at a terminal would. */
    public static Program shell(String script) {
        return of("bash", "-c", script);
    }

    @CanIgnoreReturnValue
    public Program with(Object... arguments) {
        Arrays.stream(arguments).map(String::valueOf).forEach(command::add);
        return this;
    }

    /** The command, for another that runs it. */
    public List<String> words() {
        return List.copyOf(command);
    }

    /** Lets that program start it, which is given the command as its last arguments. */
    @CanIgnoreReturnValue
    public Program by(Object... launcher) {
        command.addAll(0, Arrays.stream(launcher).map(String::valueOf).toList());
        return this;
    }

    @CanIgnoreReturnValue
    public Program env(String name, Object value) {
        environment.put(name, String.valueOf(value));
        return this;
    }

    @CanIgnoreReturnValue
    public Program in(Path workingDirectory) {
        directory = workingDirectory;
        return this;
    }

    /** What it reads; nothing, and an end at once, unless told. */
    @CanIgnoreReturnValue
    public Program stdin(String text) {
        stdin = text;
        return this;
    }

    /** How long it may take; a minute unless told. */
    @CanIgnoreReturnValue
    public Program within(Duration limit) {
        patience = limit;
        return this;
    }

    /**
     * Runs it and waits for its end.
     *
     * @throws AssertionError if it took longer than it may; it is killed then
     */
    public Ran run() throws IOException, InterruptedException {
        Path files = Files.createTempDirectory("iam-broker-it-run-");
        try {
            Path in = Files.writeString(files.resolve("in"), stdin);
            Path out = files.resolve("out");
            Path err = files.resolve("err");
            Process process = start(Redirect.from(in.toFile()), out, err);
            boolean ended = end(process);
            Ran ran = new Ran(ended ? process.exitValue() : -1, Files.readString(out), Files.readString(err));
            if (!ended) {
                throw new AssertionError(command + " did not end within " + patience + "\n" + ran.all());
            }
            return ran;
        } finally {
            Workplace.delete(files);
        }
    }

    private boolean end(Process process) throws InterruptedException {
        try {
            return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            Children.kill(process);
        }
    }

    /** Starts it without waiting; the caller ends it, or closes the pipe it reads. Its end is also seen to when this JVM ends. */
    public Process start(Redirect in, Path out, Path err) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(in)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        if (directory != null) {
            builder.directory(directory.toFile());
        }
        return Children.adopted(builder.start());
    }
}

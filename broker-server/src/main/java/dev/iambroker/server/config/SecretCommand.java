package dev.iambroker.server.config;

import dev.iambroker.secret.Secret;
import dev.iambroker.secret.SecretUnavailable;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A secret that a command prints. It runs without a shell, in the root directory, with nothing on its standard input
 * and no more of the environment than a password manager needs; what it says on standard error is not kept, for it
 * might quote the secret. The texts of this class name the program only: an argument may be a secret itself.
 */
final class SecretCommand implements Reference {
    /** Over the whole run, its output included. */
    static final Duration LIMIT = Duration.ofSeconds(10);

    private static final List<String> PASSED_ON = List.of("PATH", "HOME", "LANG");
    private static final File NOTHING = new File("/dev/null");

    private final List<String> argv;
    private final Map<String, String> environment;
    private final Duration limit;

    /** @param argv not empty; a program with a slash in its name is an absolute path */
    SecretCommand(List<String> argv, Map<String, String> environment, Duration limit) {
        this.argv = List.copyOf(argv);
        this.environment = environment;
        this.limit = limit;
    }

    @Override
    public Verdict check() {
        String program = argv.getFirst();
        if (program.indexOf('/') >= 0 && !Files.isExecutable(Path.of(program))) {
            return new Verdict.Bad("no such program (expected one that this user may run)");
        }
        return Verdict.GOOD;
    }

    @Override
    public Secret read() {
        Process process = start();
        try {
            Outcome outcome = await(process);
            if (outcome.status != 0) {
                throw unavailable("ended with status " + outcome.status + " (expected 0: run it by hand to see why)");
            }
            return outcome.secret(describe());
        } finally {
            kill(process);
        }
    }

    private Process start() {
        var builder = new ProcessBuilder(argv)
                .directory(new File("/"))
                .redirectInput(NOTHING)
                .redirectError(Redirect.DISCARD);
        Map<String, String> passed = builder.environment();
        passed.clear();
        for (String variable : PASSED_ON) {
            String value = environment.get(variable);
            if (value != null) {
                passed.put(variable, value);
            }
        }
        try {
            return builder.start();
        } catch (IOException e) {
            // The cause quotes the whole command line.
            throw unavailable("cannot be started (expected a program that this user may run)");
        }
    }

    private Outcome await(Process process) {
        var run = new FutureTask<>(() -> Outcome.of(process));
        Thread.ofVirtual().name("secret-command").start(run);
        try {
            return run.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw unavailable("did not end within " + DurationScalar.show(limit) + " and was killed");
        } catch (ExecutionException e) {
            throw unavailable("broke off its output (expected one secret on standard output)");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("was interrupted and killed");
        }
    }

    /** The whole family: a shell script's children would otherwise outlive it with the output open. */
    private static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private SecretUnavailable unavailable(String reason) {
        return new SecretUnavailable(describe() + ": " + reason);
    }

    @Override
    public String describe() {
        return "command " + argv.getFirst();
    }

    @Override
    public String written() {
        return argv.size() == 1 ? "{command: [" + argv.getFirst() + "]}" : "{command: [" + argv.getFirst() + ", …]}";
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SecretCommand command && argv.equals(command.argv);
    }

    @Override
    public int hashCode() {
        return argv.hashCode();
    }

    @Override
    public String toString() {
        return describe();
    }

    private static final class Outcome {
        private final byte[] output;
        private final int status;

        private Outcome(byte[] output, int status) {
            this.output = output;
            this.status = status;
        }

        Secret secret(String source) {
            try {
                return SecretText.of(output, source);
            } finally {
                Arrays.fill(output, (byte) 0);
            }
        }

        /** Reads no more than is wanted: a command that prints without end is left to be killed. */
        static Outcome of(Process process) throws IOException, InterruptedException {
            byte[] output = process.getInputStream().readNBytes(SecretText.MAX_BYTES + 1);
            return new Outcome(output, output.length > SecretText.MAX_BYTES ? 0 : process.waitFor());
        }
    }
}

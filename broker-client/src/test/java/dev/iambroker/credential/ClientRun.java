package dev.iambroker.credential;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One run of the client in a bare environment (so in the C locale), its stdin open and silent. */
final class ClientRun {

    private final Path directory;
    private final List<String> command = new ArrayList<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private Path stdout;

    ClientRun(Path directory, List<String> command, String... arguments) {
        this.directory = directory;
        this.command.addAll(command);
        this.command.addAll(Arrays.asList(arguments));
        this.stdout = directory.resolve("stdout");
    }

    ClientRun with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    ClientRun toStdout(Path file) {
        stdout = file;
        return this;
    }

    /** A shell that changes what the client inherits and then becomes it: {@code exec "$@"} at its end. */
    ClientRun through(String shellScript) {
        command.addAll(0, List.of("sh", "-c", shellScript, "sh"));
        return this;
    }

    ClientRun through(List<String> wrapper) {
        command.addAll(0, wrapper);
        return this;
    }

    Process start() throws IOException {
        var builder = new ProcessBuilder(command)
                .redirectOutput(stdout.toFile())
                .redirectError(directory.resolve("stderr").toFile());
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/local/bin:/usr/bin:/bin");
        builder.environment().putAll(environment);
        return builder.start();
    }

    Result run() throws IOException, InterruptedException {
        var process = start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS))
                .as("ends within 30 s: %s", command)
                .isTrue();
        return result(process);
    }

    Result result(Process ended) throws IOException {
        var output = Files.isRegularFile(stdout) ? Files.readAllBytes(stdout) : new byte[0];
        var errors = Files.readAllBytes(directory.resolve("stderr"));
        return new Result(ended.exitValue(), output, errors);
    }

    /** What the caller of the client saw of it. */
    static final class Result {

        private final int exitCode;
        private final byte[] stdout;
        private final byte[] errors;

        Result(int exitCode, byte[] stdout, byte[] errors) {
            this.exitCode = exitCode;
            this.stdout = stdout;
            this.errors = errors;
        }

        int exitCode() {
            return exitCode;
        }

        byte[] stdout() {
            return stdout;
        }

        String stderr() {
            return new String(errors, StandardCharsets.UTF_8);
        }

        @CanIgnoreReturnValue
        Result printed(byte[] expected) {
            assertThat(stderr()).isEmpty();
            assertThat(stdout).isEqualTo(expected);
            assertThat(exitCode).isZero();
            return this;
        }

        @CanIgnoreReturnValue
        Result printed(String expected) {
            return printed(expected.getBytes(StandardCharsets.UTF_8));
        }

        /** Nothing on stdout, this one line on stderr. */
        @CanIgnoreReturnValue
        Result failed(int expectedCode, String expectedLine) {
            assertThat(stderr()).isEqualTo("iam-broker: " + expectedLine + "\n");
            assertThat(stdout).isEmpty();
            assertThat(exitCode).isEqualTo(expectedCode);
            return this;
        }
    }
}

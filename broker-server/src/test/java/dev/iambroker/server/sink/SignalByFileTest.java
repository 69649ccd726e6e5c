package dev.iambroker.server.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.server.config.SinkConfig.OnChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SignalByFileTest {
    @TempDir
    private Path directory;

    private Path file;
    private Process program;

    @BeforeEach
    void start() throws IOException {
        program = new ProcessBuilder("sleep", "100").start();
        file = Files.writeString(directory.resolve("pid"), program.pid() + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }

    @AfterEach
    void end() throws InterruptedException {
        program.destroyForcibly().waitFor();
    }

    private void tell() throws SinkFailure {
        int self = self();
        new SignalByFile(new OnChange.Signal(OnChange.Name.USR1, file, Duration.ZERO), self).tell();
    }

    private static int self() {
        try {
            return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void tell_programOfThePidFile_getsIt() throws Exception {
        tell();

        assertThat(program.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(program.exitValue()).isEqualTo(128 + 10);
    }

    @Test
    void tell_numberThatAnotherProcessTookOver_getsNone() throws Exception {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(3600)));

        assertThatThrownBy(this::tell).hasMessageContaining("another one had the number (expected a new pid-file)");

        assertThat(program.isAlive()).isTrue();
    }

    @Test
    void tell_fileThatOthersMayWrite_isNotBelieved() throws Exception {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));

        assertThatThrownBy(this::tell).hasMessageContaining("is writable by others");

        assertThat(program.isAlive()).isTrue();
    }

    @Test
    void tell_link_isNotFollowed() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("link"), file);
        file = link;

        assertThatThrownBy(this::tell).hasMessageContaining("is no file with a number");
    }

    @Test
    void tell_nonsense_isSaid() throws Exception {
        for (String text : new String[] {"", "0", "-1", "1 2", "99999999999", "x"}) {
            Files.writeString(file, text);
            assertThatThrownBy(this::tell).as(text).hasMessageContaining("holds no number of a process");
        }
        Files.writeString(file, Long.toString(ProcessHandle.current().pid()));
        assertThatThrownBy(this::tell).hasMessageContaining("it is the broker itself");
        Files.delete(file);
        assertThatThrownBy(this::tell).hasMessageContaining("is not there: does the program run?");
    }

    @Test
    void tell_programThatIsGone_isSaid() throws Exception {
        end();

        assertThatThrownBy(this::tell).hasMessageContaining("no such process");
    }
}

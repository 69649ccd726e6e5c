package dev.iambroker.server.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.TokenKind;
import dev.iambroker.server.config.FileMode;
import dev.iambroker.server.config.SinkConfig;
import dev.iambroker.server.config.SinkConfig.Format;
import dev.iambroker.server.store.FaultyFileOps;
import dev.iambroker.server.store.FaultyFileOps.Crash;
import dev.iambroker.server.store.FaultyFileOps.CrashPoint;
import dev.iambroker.server.store.FileOps;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class SinkFileTest {
    private static final String OLD = "old.token";
    private static final String NEW = "new.token";

    @TempDir
    Path directory;

    private SinkFile file(FileOps ops) throws IOException {
        return file(ops, "0640", null);
    }

    private SinkFile file(FileOps ops, String mode, @Nullable Integer uid) throws IOException {
        SinkConfig config = new SinkConfig(
                new AccountName("prod"),
                TokenKind.ACCESS,
                null,
                false,
                Format.TOKEN,
                path(),
                new FileMode(Integer.parseInt(mode, 8)),
                uid,
                null,
                Duration.ofMinutes(5),
                null);
        return new SinkFile(config, self(), ops, new Random(7));
    }

    private static int self() throws IOException {
        return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    }

    private Path path() {
        return directory.resolve("token");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(each -> String.valueOf(each.getFileName())).toList();
        }
    }

    @ParameterizedTest
    @EnumSource(CrashPoint.class)
    void put_killedAnywhere_theOldOrTheNewIsThere_andNothingElseAfterTheNextStart(CrashPoint point) throws Exception {
        file(FileOps.posix()).put(bytes(OLD));
        var crashing = new FaultyFileOps((reached, on) -> {
            if (reached == point) {
                throw new Crash("at " + point);
            }
        });

        assertThatThrownBy(() -> file(crashing).put(bytes(NEW))).isInstanceOf(Crash.class);
        crashing.losePower(new Random(7));

        assertThat(Files.readString(path())).isIn(OLD, NEW);
        SinkFile next = file(FileOps.posix());
        next.clear();
        assertThat(names()).containsExactly("token");
    }

    @ParameterizedTest
    @EnumSource(
            value = CrashPoint.class,
            names = {"AFTER_RENAME", "AFTER_DIRECTORY_SYNC"},
            mode = EnumSource.Mode.EXCLUDE)
    void put_diskFull_theOldStays_andTheMessageSaysWhatToDo(CrashPoint point) throws Exception {
        file(FileOps.posix()).put(bytes(OLD));
        var full = new FaultyFileOps((reached, on) -> {
            if (reached == point) {
                throw new FileSystemException(on.toString(), null, "No space left on device");
            }
        });

        assertThatThrownBy(() -> file(full).put(bytes(NEW)))
                .isInstanceOf(SinkFailure.class)
                .hasMessage("cannot write " + path()
                        + " (No space left on device): check the directory, its disk, mode and owner");

        assertThat(path()).hasContent(OLD);
        assertThat(names()).containsExactly("token");
    }

    @Test
    void put_contentComesAfterTheMode() throws Exception {
        List<String> seen = new ArrayList<>();
        var watched = new FaultyFileOps((reached, on) -> {
            if (reached == CrashPoint.AFTER_TEMP_CREATED || reached == CrashPoint.AFTER_TEMP_WRITTEN) {
                seen.add(PosixFilePermissions.toString(Files.getPosixFilePermissions(on)) + " " + Files.size(on));
            }
        });

        file(watched).put(bytes(NEW));

        assertThat(seen).containsExactly("rw------- 0", "rw-r----- " + NEW.length());
        assertThat(watched.record().getLast()).startsWith("syncDirectory ");
    }

    @Test
    void put_otherMode_isWrittenAnew_theSame_isNot() throws Exception {
        assertThat(file(FileOps.posix()).put(bytes(OLD))).isTrue();
        assertThat(file(FileOps.posix()).put(bytes(OLD))).isFalse();
        assertThat(file(FileOps.posix(), "0600", null).put(bytes(OLD))).isTrue();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path())))
                .isEqualTo("rw-------");
    }

    @Test
    void put_namedPipeInItsPlace_isNotOpened() throws Exception {
        Process made = new ProcessBuilder("mkfifo", path().toString()).start();
        assertThat(made.waitFor()).isZero();

        assertThatThrownBy(() -> file(FileOps.posix()).put(bytes(NEW))).hasMessageContaining("is no regular file");
        assertThatThrownBy(() -> file(FileOps.posix()).remove()).hasMessageContaining("is no regular file");
    }

    @Test
    void put_missingLastDirectory_isMade() throws Exception {
        directory = directory.resolve("below");

        assertThat(file(FileOps.posix()).put(bytes(NEW))).isTrue();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .isEqualTo("rwxr-xr-x");
    }

    @Test
    void put_remove_stickyDirectory_fileOfAnotherUser_isNotRead() throws Exception {
        assumeThat(self()).as("only root may give files away").isZero();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.setAttribute(directory, "unix:mode", 01777);
        Files.writeString(path(), OLD);
        Files.setAttribute(path(), "unix:uid", 60001);
        SinkFile file = file(FileOps.posix());

        assertThatThrownBy(() -> file.put(bytes(NEW))).hasMessageContaining("was not written by a sink");
        assertThatThrownBy(file::remove).hasMessageContaining("was not written by a sink");
        assertThat(path()).hasContent(OLD);
    }

    @Test
    void put_stickyDirectory_willDo() throws Exception {
        Process made = new ProcessBuilder("chmod", "1777", directory.toString()).start();
        assertThat(made.waitFor()).isZero();

        assertThat(file(FileOps.posix()).put(bytes(NEW))).isTrue();
    }
}

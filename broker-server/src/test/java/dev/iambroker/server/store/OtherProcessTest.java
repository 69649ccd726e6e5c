package dev.iambroker.server.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.store.StoreFailure;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The store and real processes: killed while they write, or holding the directory. */
@Timeout(value = 4, unit = TimeUnit.MINUTES) // a JVM starts for each kill
final class OtherProcessTest {
    private static final int KILLS = 12;
    private static final int MOST_WRITES = 12;

    @TempDir
    private Path temp;

    @Test
    void save_writersKilledAtRandom_everySessionIsTheLastOrTheOneBefore() throws Exception {
        Path dir = temp.resolve("state");
        var random = new Random(42);
        long number = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            long told = writeAndKill(dir, number, random.nextInt(MOST_WRITES));
            number = assertWhole(dir, told);
        }
        assertThat(number).isGreaterThanOrEqualTo(KILLS);
    }

    /** The last number that the writer told before it was killed. */
    private static long writeAndKill(Path dir, long from, int writes) throws Exception {
        Process writer = start(dir, from);
        long told = from;
        try (BufferedReader output = writer.inputReader(UTF_8)) {
            for (int i = 0; i <= writes; i++) {
                told = Long.parseLong(output.readLine());
            }
            // By its handle: destroying the Process closes the pipe over what is still in it.
            writer.toHandle().destroyForcibly();
            for (String line = output.readLine(); line != null && line.matches("[0-9]+"); line = output.readLine()) {
                told = Math.max(told, Long.parseLong(line));
            }
        } finally {
            writer.destroyForcibly().waitFor();
        }
        return told;
    }

    private static long assertWhole(Path dir, long told) {
        List<String> allowed = List.of("'number-" + told + "'", "'number-" + (told + 1) + "'");
        long latest = told;
        try (var store = EncryptedFileStore.open(dir, List.of(), FileOps.posix(), new SecureRandom())) {
            for (var account : StoreWriter.ACCOUNTS) {
                String found = Sessions.clear(store.load(account));
                assertThat(found).containsAnyOf(allowed.toArray(String[]::new));
                latest = found.contains(allowed.get(1)) ? told + 1 : latest;
            }
        }
        return latest;
    }

    @Test
    void open_heldByAnotherProcess_isRefusedWithItsPid() throws Exception {
        Path dir = temp.resolve("state");
        Process holder = start(dir, 0);
        try (BufferedReader output = holder.inputReader(UTF_8)) {
            assertThat(output.readLine()).isEqualTo("1");
            assertThatThrownBy(() -> open(dir))
                    .isInstanceOf(StoreFailure.class)
                    .hasMessage("state directory " + dir + " is in use by another iam-broker (pid " + holder.pid()
                            + "): stop it or use another state.dir");
        } finally {
            holder.destroyForcibly().waitFor();
        }
        open(dir).close();
    }

    @Test
    void open_heldByThisProcess_isRefusedAndTheLockSurvivesTheAttempt() throws Exception {
        Path dir = temp.resolve("state");
        try (var held = open(dir)) {
            assertThat(held.isOnlyAsSafeAsItsDirectory()).isTrue();
            assertThatThrownBy(() -> open(dir))
                    .isInstanceOf(StoreFailure.class)
                    .hasMessageContaining("(pid " + ProcessHandle.current().pid() + ")");
            Process other = start(dir, 0);
            assertThat(other.waitFor()).isNotZero();
            assertThat(new String(other.getErrorStream().readAllBytes(), UTF_8))
                    .contains("in use by another iam-broker (pid "
                            + ProcessHandle.current().pid());
        }
    }

    private static EncryptedFileStore open(Path dir) {
        return EncryptedFileStore.open(dir, List.of(), FileOps.posix(), new SecureRandom());
    }

    private static Process start(Path dir, long from) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m", "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.addAll(List.of(StoreWriter.class.getName(), dir.toString(), Long.toString(from)));
        return new ProcessBuilder(command).start();
    }
}

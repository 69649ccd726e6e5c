package dev.iambroker.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.account.AccountName;
import dev.iambroker.server.store.FaultyFileOps.CrashPoint;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The power goes at each named point: what the next start finds is the old state or the new one, whole. */
final class CrashTest {
    private static final AccountName PROD = new AccountName("prod");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int LOSSES_EACH = 8;

    /** One for all: the first answers of neighbouring seeds are alike. */
    private final Random losses = new Random(7);

    @TempDir
    private Path temp;

    @ParameterizedTest
    @EnumSource(CrashPoint.class)
    void save_powerLostAtPoint_sessionIsOldOrNew(CrashPoint point) throws IOException {
        for (int seed = 0; seed < LOSSES_EACH; seed++) {
            Path dir = temp.resolve("state-" + seed);
            saveWhole(dir, "old");
            crashWhileSaving(dir, point, losses);
            try (var store = open(dir, FileOps.posix())) {
                String found = Sessions.clear(store.load(PROD));
                assertThat(found).containsAnyOf(expected(point));
                assertThat(dir.resolve("sessions")).isDirectoryNotContaining("glob:**/{.tmp-,*damaged}*");
            }
        }
    }

    private static String[] expected(CrashPoint point) {
        return switch (point) {
            case BEFORE_TEMP, AFTER_TEMP_CREATED, AFTER_TEMP_WRITTEN, AFTER_TEMP_SYNCED -> new String[] {"'old'"};
            case AFTER_RENAME -> new String[] {"'old'", "'new'"};
            case AFTER_DIRECTORY_SYNC -> new String[] {"'new'"};
        };
    }

    @ParameterizedTest
    @EnumSource(CrashPoint.class)
    void open_firstStartCrashesAtPoint_nextStartWorks(CrashPoint point) throws IOException {
        for (int seed = 0; seed < LOSSES_EACH; seed++) {
            Path dir = temp.resolve("first-" + seed);
            int skipped = seed % 4;
            var ops = new FaultyFileOps(new Countdown(point, skipped));
            try {
                open(dir, ops).close();
            } catch (FaultyFileOps.Crash crashed) {
                ops.losePower(losses);
            }
            saveWhole(dir, "new");
        }
    }

    /** Lets a point pass some times, then crashes there. */
    private static final class Countdown implements FaultyFileOps.Trap {
        private final CrashPoint point;
        private int left;

        Countdown(CrashPoint point, int left) {
            this.point = point;
            this.left = left;
        }

        @Override
        public void at(CrashPoint reached, Path file) {
            if (reached == point && left-- == 0) {
                throw new FaultyFileOps.Crash("at " + point);
            }
        }
    }

    @Test
    void losePower_storeThatSkipsFileSync_isCaught() throws IOException {
        int torn = 0;
        for (int seed = 0; seed < LOSSES_EACH; seed++) {
            Path dir = temp.resolve("mutant-" + seed);
            saveWhole(dir, "old");
            var ops = new FaultyFileOps(FaultyFileOps.crashAt(CrashPoint.AFTER_RENAME, ".session"));
            try (var store = open(dir, new WithoutFileSync(ops))) {
                assertThatThrownBy(() -> store.save(PROD, Sessions.withRefreshToken("new")))
                        .isInstanceOf(FaultyFileOps.Crash.class);
            }
            ops.losePower(losses);
            try (var store = open(dir, FileOps.posix())) {
                torn += store.load(PROD) == null ? 1 : 0;
            }
        }
        assertThat(torn).isPositive();
    }

    /** The mistake that these tests are there for. */
    private record WithoutFileSync(FileOps real) implements FileOps {
        @Override
        public byte[] read(Path file) throws IOException {
            return real.read(file);
        }

        @Override
        public FileIdentity identity(Path file) throws IOException {
            return real.identity(file);
        }

        @Override
        public NewFile create(Path file) throws IOException {
            return new Unsynced(real.create(file));
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            real.rename(from, to);
        }

        @Override
        public void delete(Path file) throws IOException {
            real.delete(file);
        }

        @Override
        public void syncDirectory(Path directory) throws IOException {
            real.syncDirectory(directory);
        }

        private record Unsynced(NewFile real) implements NewFile {
            @Override
            public FileIdentity identity() throws IOException {
                return real.identity();
            }

            @Override
            public void write(byte[] content) throws IOException {
                real.write(content);
            }

            @Override
            public void sync() {}

            @Override
            public void close() throws IOException {
                real.close();
            }
        }
    }

    private static void crashWhileSaving(Path dir, CrashPoint point, Random random) throws IOException {
        boolean[] isArmed = new boolean[1];
        var ops = new FaultyFileOps((reached, file) -> {
            if (isArmed[0] && reached == point) {
                throw new FaultyFileOps.Crash("at " + point);
            }
        });
        try (var store = open(dir, ops)) {
            isArmed[0] = true;
            assertThatThrownBy(() -> store.save(PROD, Sessions.withRefreshToken("new")))
                    .isInstanceOf(FaultyFileOps.Crash.class);
        }
        ops.losePower(random);
    }

    private static void saveWhole(Path dir, String refreshToken) {
        try (var store = open(dir, FileOps.posix())) {
            store.save(PROD, Sessions.withRefreshToken(refreshToken));
            assertThat(Sessions.clear(store.load(PROD))).contains("'" + refreshToken + "'");
        }
    }

    private static EncryptedFileStore open(Path dir, FileOps ops) {
        return EncryptedFileStore.open(dir, List.of(), ops, RANDOM);
    }
}

package dev.iambroker.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.fault.Fault;
import dev.iambroker.emulator.fault.Misbehaviour;
import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.emulator.record.RecordedRequest;
import dev.iambroker.emulator.settings.Rotation;
import dev.iambroker.server.UnixCaller.Answer;
import dev.iambroker.server.store.FaultyFileOps;
import dev.iambroker.server.store.FaultyFileOps.CrashPoint;
import dev.iambroker.server.store.FileIdentity;
import dev.iambroker.server.store.FileOps;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The daemon dies with its machine at a named point of a renewal, again and again in one life of its sessions, and each
 * time what was not synced may be lost. The emulated IAM rotates refresh tokens: a used one dies with the use of its
 * successor.
 */
@ExtendWith(QuietLog.class)
final class CrashPointsTest {
    private static final int CRASHES = 30;

    /** Where power goes in the wrong moment is for threads to say too: a mistake shows sooner or later, mostly within thirty. */
    private static final int CRASHES_THAT_FIND = 300;

    /** A renewal that matters is never further off. */
    private static final Duration LONG_ENOUGH = Duration.ofHours(3);

    /** Up to so many chances to die are let pass, so that access and kube tokens of both sessions have their turn. */
    private static final int MOST_PASSED = 8;

    private static final Set<GrantKind> OF_A_SESSION =
            EnumSet.of(GrantKind.REFRESH, GrantKind.MINT_DELEGATED, GrantKind.EXCHANGE_DELEGATED);

    private final ManualTime time = new ManualTime();
    private final SmallCloud cloud = SmallCloud.on(time);
    private final Random random = new Random(11);

    @TempDir
    private Path temp;

    /** Where the end comes. */
    enum Point {
        ANSWER_OF_IAM_LOST(null),
        BEFORE_TEMP(CrashPoint.BEFORE_TEMP),
        AFTER_TEMP_CREATED(CrashPoint.AFTER_TEMP_CREATED),
        AFTER_TEMP_WRITTEN(CrashPoint.AFTER_TEMP_WRITTEN),
        AFTER_TEMP_SYNCED(CrashPoint.AFTER_TEMP_SYNCED),
        AFTER_RENAME(CrashPoint.AFTER_RENAME),
        AFTER_DIRECTORY_SYNC(CrashPoint.AFTER_DIRECTORY_SYNC);

        private final @Nullable CrashPoint ofDisk;

        Point(@Nullable CrashPoint ofDisk) {
            this.ofDisk = ofDisk;
        }
    }

    /** One life of a daemon, and how it ends. */
    private static final class Life implements AutoCloseable {
        private final Point point;
        private final AtomicInteger left;
        private final FaultyFileOps disk = new FaultyFileOps(this::reached);
        private final ManualDaemon daemon;
        private volatile boolean armed;

        Life(CrashPointsTest test, Point point, UnaryOperator<FileOps> between) throws IOException {
            this.point = point;
            this.left = new AtomicInteger(test.random.nextInt(MOST_PASSED));
            this.daemon = ManualDaemon.start(
                    test.temp,
                    SmallCloud.accounts(test.temp),
                    test.cloud,
                    test.time,
                    test.random.nextLong(),
                    between.apply(disk));
        }

        private void reached(CrashPoint reached, Path file) {
            boolean ofASession = file.toString().contains("/sessions");
            if (armed && ofASession && reached == point.ofDisk && left.getAndDecrement() == 0) {
                daemon.die();
                throw new FaultyFileOps.Crash("at " + reached);
            }
        }

        /** The request is worked on and its answer lost, as the one who asked is no more. */
        private boolean losesAnswer(RecordedRequest request) {
            boolean ofASession = request.grant() != null && OF_A_SESSION.contains(request.grant());
            boolean now = ofASession && left.getAndDecrement() == 0;
            if (now) {
                daemon.die();
            }
            return now;
        }

        void end(CrashPointsTest test) throws Exception {
            armed = true;
            if (point == Point.ANSWER_OF_IAM_LOST) {
                test.cloud
                        .emulator()
                        .misbehave(Fault.of(Misbehaviour.CLOSE_BEFORE_ANSWER).when(this::losesAnswer));
            }
            daemon.advance(LONG_ENOUGH);
            assertThat(daemon.isDead()).as("came to %s", point).isTrue();
            daemon.awaitQuiet();
            test.cloud.emulator().behave();
        }

        @Override
        public void close() {
            daemon.close();
        }
    }

    @AfterEach
    void end() {
        assertThat(cloud.emulator().departures()).isEmpty();
        cloud.close();
    }

    @ParameterizedTest
    @EnumSource
    void crash_atAnyPointOfARenewal_neverNeedsALoginAgain(Point point) throws Exception {
        cloud.emulator().settings().rotation(Rotation.OVERLAPPING);

        assertThat(violation(point, CRASHES, UnaryOperator.identity())).isNull();
    }

    @Test
    void mutant_thatReleasesBeforeTheSessionIsOnDisk_isCaught() throws Exception {
        cloud.emulator().settings().rotation(Rotation.OVERLAPPING);

        // The passcode session is lost for good, the password session logs in anew: whichever shows first.
        assertThat(violation(Point.ANSWER_OF_IAM_LOST, CRASHES_THAT_FIND, LateDisk::new))
                .containsAnyOf("login_required", "logins, one for each session expected");
    }

    /** Crashes that often; what went wrong first, null if nothing did. */
    private @Nullable String violation(Point point, int crashes, UnaryOperator<FileOps> between) throws Exception {
        try (var life = new Life(this, point, UnaryOperator.identity());
                var caller = life.daemon.caller()) {
            life.daemon.advance(Duration.ZERO);
            cloud.logInByPasscode(caller);
        }
        for (int crash = 0; crash < crashes; crash++) {
            try (var life = new Life(this, point, between)) {
                life.daemon.advance(Duration.ZERO);
                String violation = violation(life.daemon);
                if (violation != null) {
                    return "before crash " + crash + " at " + point + ": " + violation;
                }
                life.end(this);
                life.disk.losePower(random);
            }
            time.pass(Duration.ofMinutes(random.nextLong(90)));
        }
        return null;
    }

    /** Everything is served, unexpired, and nobody logged in a second time. */
    private @Nullable String violation(ManualDaemon daemon) throws IOException {
        try (var caller = daemon.caller()) {
            for (String account : SmallCloud.ALIASES) {
                for (String kind : new String[] {"access", "kube"}) {
                    Answer answer = caller.get("/v1/accounts/" + account + "/token?kind=" + kind);
                    if (answer.status() != 200 || !answer.tokenExpiry().isAfter(time.now())) {
                        return kind + " of " + account + ": " + answer;
                    }
                }
            }
        }
        long logins =
                cloud.emulator().count(GrantKind.PASSWORD) + cloud.emulator().count(GrantKind.PASSCODE);
        return logins == 2 ? null : logins + " logins, one for each session expected";
    }

    /** The mistake that this test is there for: a session counts as written when its write is only meant. */
    private static final class LateDisk implements FileOps {
        private final FileOps real;
        private final Map<Path, Path> meant = new HashMap<>();

        LateDisk(FileOps real) {
            this.real = real;
        }

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
            return real.create(file);
        }

        /** Moves what was meant before. */
        @Override
        public synchronized void rename(Path from, Path to) throws IOException {
            Path before = meant.put(to, from);
            if (before != null) {
                real.rename(before, to);
            }
        }

        @Override
        public void delete(Path file) throws IOException {
            real.delete(file);
        }

        @Override
        public void syncDirectory(Path directory) throws IOException {
            real.syncDirectory(directory);
        }
    }
}

package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.emulator.settings.Rotation;
import dev.iambroker.it.harness.Answer;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.HandedToken;
import dev.iambroker.it.harness.Injection;
import dev.iambroker.it.harness.Needs;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Sandbox;
import dev.iambroker.it.harness.Scrape;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The state directory's disk fails in each way, at each step of a write, while sessions rotate. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DiskFaultsIT {
    private static final List<String> ACCOUNTS = List.of("by-password", "by-passcode", "by-key");
    private static final List<String> SESSIONS = List.of("by-password", "by-passcode");
    private static final String FAILED_WRITES = "iam_broker_store_writes_total{outcome=\"failure\"}";

    private final EmulatedCloud cloud = SampleCloud.start();
    private Sandbox sandbox;
    private Workplace place;
    private Daemon daemon;

    enum DiskFault {
        FULL,
        READ_ONLY_DIRECTORY,
        /** The first bytes of a file are written, the rest is refused. */
        WRITE_CUT_SHORT,
        FSYNC_EIO,
        FSYNC_ENOSPC,
        /** The file and its new name are there; that they survive a crash of the machine is not known. */
        DIRECTORY_FSYNC_EIO,
        RENAME_EIO,
        RENAME_ENOSPC
    }

    private interface Ending {
        void end() throws Exception;
    }

    @BeforeAll
    void start() throws Exception {
        sandbox = Sandbox.open();
        cloud.emulator().settings().rotation(Rotation.OVERLAPPING);
        place = Workplace.create();
        place.secret("password", EmulatedCloud.PASSWORD);
        place.secret("key", EmulatedCloud.PROD_API_KEY);
        place.configure(cloud.emulator(), """
                accounts:
                  by-key: { api-key: { file: key }, account-id: %2$s }
                  by-password: { password: { username: %1$s, password: { file: password } }, account-id: %2$s }
                  by-passcode: { passcode: {}, account-id: %3$s }
                refresh: { min-interval: 0s }
                """.formatted(
                        EmulatedCloud.USER, EmulatedCloud.PROD_ACCOUNT, EmulatedCloud.DEV_ACCOUNT));
        Files.createDirectory(place.state());
        sandbox.must("mount -t tmpfs -o size=256k,mode=0700 state " + place.state());
        daemon = serve();
        logInByPasscode();
        assertServed();
    }

    @AfterAll
    void end() throws IOException {
        daemon.close();
        cloud.close();
        sandbox.close();
        place.close();
        assertThat(cloud.emulator().departures()).isEmpty();
    }

    /** One after the other, each on what the one before it left behind. */
    @ParameterizedTest
    @EnumSource
    void fault_oldStateStaysWhole_brokerServesOn_andRecoversByItself(DiskFault fault) throws Exception {
        Ending first = begin(fault);
        assertRenewalIsBorne();
        first.end();
        awaitRecovery();

        Ending second = begin(fault);
        renewAll();
        assertServed();
        daemon.kill();
        second.end();
        assertSessionsAreWhole();

        daemon = serve();
        assertServed();
        awaitRecovery();
        assertThat(daemon.log()).doesNotContain("damaged");
        assertThat(cloud.emulator().count(GrantKind.PASSWORD)).isEqualTo(1);
        assertThat(cloud.emulator().count(GrantKind.PASSCODE)).isEqualTo(1);
    }

    private Ending begin(DiskFault fault) throws Exception {
        Path sessions = place.state().resolve("sessions");
        return switch (fault) {
            case FULL -> fillTheDisk();
            case READ_ONLY_DIRECTORY -> {
                // Of the sessions alone: nothing can be remounted in which a file is open for writing, as the lock is.
                sandbox.must("mount --bind %1$s %1$s && mount -o remount,bind,ro %1$s".formatted(sessions));
                yield () -> sandbox.must("umount " + sessions);
            }
            case WRITE_CUT_SHORT -> {
                limitFiles("64");
                yield () -> {
                    if (daemon.isAlive()) {
                        limitFiles("unlimited");
                    }
                };
            }
            case FSYNC_EIO -> Injection.everywhere(daemon, "fsync,fdatasync", "EIO")::close;
            case FSYNC_ENOSPC -> Injection.everywhere(daemon, "fsync,fdatasync", "ENOSPC")::close;
            case DIRECTORY_FSYNC_EIO -> Injection.on(sessions, daemon, "fsync,fdatasync", "EIO")::close;
            case RENAME_EIO -> Injection.everywhere(daemon, "rename,renameat,renameat2", "EIO")::close;
            case RENAME_ENOSPC -> Injection.everywhere(daemon, "rename,renameat,renameat2", "ENOSPC")::close;
        };
    }

    private Ending fillTheDisk() throws IOException {
        Path filling = sandbox.reached(place.state()).resolve("filling");
        try (OutputStream out = Files.newOutputStream(filling)) {
            while (true) {
                out.write(new byte[512]);
            }
        } catch (IOException full) {
            return () -> Files.delete(filling);
        }
    }

    private void limitFiles(String bytes) throws Exception {
        Needs.program("prlimit", "util-linux");
        Ran ran = Program.of("prlimit", "--pid", daemon.pid(), "--fsize=" + bytes + ":unlimited")
                .run();
        assertThat(ran.exitCode()).as(ran.all()).isZero();
    }

    private void assertRenewalIsBorne() throws Exception {
        double failed = failedWrites();
        renewAll();
        assertServed();
        assertThat(failedWrites()).isGreaterThan(failed);
        assertSessionsAreWhole();
        assertThat(daemon.isAlive()).isTrue();
    }

    /** IAM may answer, and the disk may not: told as an outage, or served from memory where nothing is lost by a crash. */
    private void renewAll() throws IOException {
        for (String account : ACCOUNTS) {
            Answer answer = place.http().post("/v1/accounts/" + account + "/refresh", "");
            assertThat(answer.status()).as("%s", answer).isIn(200, 503);
        }
    }

    private double failedWrites() throws IOException {
        return Scrape.of(place.http()).sum(FAILED_WRITES);
    }

    /** Nobody asks for a token meanwhile. */
    private void awaitRecovery() throws Exception {
        daemon.await("all accounts to be valid again", () -> ACCOUNTS.stream().allMatch(this::isValid));
        double failed = failedWrites();
        for (String account : ACCOUNTS) {
            Answer answer = place.http().post("/v1/accounts/" + account + "/refresh", "");
            assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        }
        assertThat(failedWrites()).isEqualTo(failed);
    }

    private boolean isValid(String account) {
        try {
            return place.http().get("/v1/accounts/" + account).text("state").equals("valid");
        } catch (IOException e) {
            throw new AssertionError("the daemon does not answer", e);
        }
    }

    private void assertServed() throws IOException {
        for (String account : ACCOUNTS) {
            Instant asked = Instant.now();
            Answer answer = place.http().get("/v1/accounts/" + account + "/token");
            assertThat(answer.status()).as("%s", answer).isEqualTo(200);
            assertThat(HandedToken.in(answer).expiresAt()).isAfter(asked);
        }
    }

    private void assertSessionsAreWhole() throws IOException {
        Path sessions = sandbox.reached(place.state()).resolve("sessions");
        for (String account : SESSIONS) {
            assertThat(sessions.resolve(account + ".session")).isNotEmptyFile();
        }
        try (Stream<Path> files = Files.list(sessions)) {
            assertThat(files.filter(file -> file.toString().contains("damaged")))
                    .isEmpty();
        }
    }

    private void logInByPasscode() throws IOException {
        String passcode = cloud.emulator().addPasscode(cloud.user());
        Answer answer = place.http().post("/v1/accounts/by-passcode/login", "{\"passcode\":\"" + passcode + "\"}");
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
    }

    private Daemon serve() throws IOException, InterruptedException {
        return place.serve(sandbox.seeingMounts(place.program("serve", "--config", place.configFile())
                .env("IAM_BROKER_JAVA_OPTS", "-XX:TieredStopAtLevel=1")));
    }
}

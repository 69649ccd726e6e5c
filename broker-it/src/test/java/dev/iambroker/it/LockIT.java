package dev.iambroker.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.it.harness.Checkout;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** A real daemon, locked from the command line, killed, and unlocked again. */
final class LockIT {
    private static final String PASSPHRASE = "correct-horse-battery";

    private final EmulatedCloud cloud = SampleCloud.start();
    private Workplace place;

    @BeforeEach
    void configure() throws IOException {
        place = Workplace.create();
        place.secret("key", EmulatedCloud.PROD_API_KEY);
        place.configure(cloud.emulator(), """
                accounts:
                  prod: { api-key: { file: %1$s/key }, account-id: %2$s }
                  dev: { passcode: {}, account-id: %3$s }
                """.formatted(
                        place.directory(), EmulatedCloud.PROD_ACCOUNT, EmulatedCloud.DEV_ACCOUNT));
    }

    @AfterEach
    void end() throws IOException {
        cloud.close();
        place.close();
    }

    private Ran withPassphrase(String command, String passphrase) throws Exception {
        return place.cli(command, "-").stdin(passphrase + "\n").run();
    }

    private void logIn() throws Exception {
        String passcode = cloud.emulator().addPasscode(cloud.user());
        Ran login = place.cli("login", "dev", "--passcode", "-").stdin(passcode).run();
        assertThat(login.exitCode()).as(login.all()).isZero();
        assertServed();
    }

    private void assertServed() throws Exception {
        for (String account : new String[] {"prod", "dev"}) {
            Ran token = place.run("token", account);
            assertThat(token.exitCode()).as(token.all()).isZero();
        }
    }

    private void assertLocked() throws Exception {
        Ran token = place.run("token", "dev");
        assertThat(token.exitCode()).isEqualTo(4);
        assertThat(token.errorLines()).containsExactly("iam-broker: the broker is locked: run 'iam-broker unlock'");
        Ran plugin = Program.of(Checkout.plugin(), "--account", "dev", "--socket", place.socket())
                .run();
        assertThat(plugin.exitCode()).isEqualTo(4);
        assertThat(plugin.out()).isEmpty();
        assertThat(plugin.errorLines()).containsExactly("iam-broker: the broker is locked: run 'iam-broker unlock'");
        assertThat(place.run("status").out()).contains("locked", "run 'iam-broker unlock'");
        assertThat(place.http().get("/livez").status()).isEqualTo(200);
        assertThat(place.http().get("/readyz/dev").status()).isEqualTo(503);
    }

    @Test
    void lock_killed_staysLockedAndIsUnlockedWithoutALogin() throws Exception {
        String keyring;
        try (var daemon = place.serve()) {
            logIn();
            keyring = Files.readString(place.state().resolve("keyring"), ISO_8859_1);
            Ran lock = withPassphrase("lock", PASSPHRASE);
            assertThat(lock.out()).as(lock.all()).isEqualTo("locked: nothing is served before 'iam-broker unlock'\n");
            assertLocked();
            assertThat(withPassphrase("lock", PASSPHRASE).exitCode()).isEqualTo(4);
            daemon.kill();
        }
        // The state key lies beside it, and opens nothing.
        assertThat(Files.readString(place.state().resolve("keyring"), ISO_8859_1))
                .contains("locked")
                .doesNotContain(dataKeyIn(keyring));
        try (var daemon = place.serve()) {
            assertThat(daemon.log()).contains("the broker is locked: nothing is served before 'iam-broker unlock'");
            assertLocked();
            Ran wrong = withPassphrase("unlock", "another-passphrase");
            assertThat(wrong.exitCode()).isEqualTo(5);
            assertThat(wrong.errorLines()).singleElement().asString().contains("try again in 1 s");
            assertLocked();
            daemon.await("the passphrase to be looked at again", this::isUnlocked);
            assertServed();
            assertThat(cloud.emulator().count(GrantKind.PASSCODE)).isEqualTo(1);
            assertThat(daemon.log()).doesNotContain(PASSPHRASE, "another-passphrase");
            daemon.terminate();
            assertThat(daemon.awaitExit()).isZero();
        }
        try (var daemon = place.serve()) {
            assertServed();
            assertThat(daemon.log()).doesNotContain("locked");
        }
    }

    /** As the state key wraps it. */
    private static String dataKeyIn(String keyring) {
        return JsonMapper.shared().readTree(keyring).at("/slots/0/wrapped").asString();
    }

    private boolean isUnlocked() {
        try {
            return withPassphrase("unlock", PASSPHRASE).exitCode() == 0;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void stop_whileLocked_isInTimeAndLocked() throws Exception {
        try (var daemon = place.serve()) {
            logIn();
            assertThat(withPassphrase("lock", PASSPHRASE).exitCode()).isZero();
            daemon.signal("HUP");
            daemon.awaitLog("the broker is locked: rights that are no more are gone now");
            long begun = System.nanoTime();
            daemon.terminate();
            assertThat(daemon.awaitExit()).isZero();
            assertThat(System.nanoTime() - begun).isLessThan(20_000_000_000L);
        }
        try (var next = place.serve()) {
            assertLocked();
            assertThat(next.isAlive()).isTrue();
        }
    }

    @Test
    void hangUp_whileLocked_isTakenOverByItselfAfterTheUnlock() throws Exception {
        try (var daemon = place.serve()) {
            logIn();
            assertThat(withPassphrase("lock", PASSPHRASE).exitCode()).isZero();
            String before = Files.readString(place.configFile());
            Files.writeString(place.configFile(), before.replace("  prod:", "  renamed:"));
            daemon.signal("HUP");
            daemon.awaitLog("is taken over when it is unlocked");
            assertThat(daemon.log()).doesNotContain("the configuration in use stays");
            assertThat(place.http().get("/v1/accounts/renamed").status()).isEqualTo(404);
            assertThat(withPassphrase("unlock", PASSPHRASE).exitCode()).isZero();
            daemon.awaitLog("reloaded " + place.configFile());
            assertThat(place.run("token", "renamed").exitCode()).isZero();
            assertThat(place.run("token", "prod").exitCode()).isEqualTo(7);
        }
    }

    /** Of everything that was clear while it served, nothing is on the disk in clear either. */
    @Test
    void passphrase_isInNoFile() throws Exception {
        try (var daemon = place.serve()) {
            assertThat(withPassphrase("lock", PASSPHRASE).exitCode()).isZero();
            try (var files = Files.walk(place.directory())) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    assertThat(Files.readString(file, ISO_8859_1))
                            .as("%s", file)
                            .doesNotContain(PASSPHRASE);
                }
            }
            assertThat(daemon.isAlive()).isTrue();
        }
    }
}

package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.it.harness.Checkout;
import dev.iambroker.it.harness.Needs;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The units for systemd, as systemd's own tools judge them. */
final class SystemdUnitIT {
    private static final String SERVICE = "iam-broker.service";
    private static final String SOCKET = "iam-broker.socket";
    private static final String INSTALLED = "/usr/lib/iam-broker/bin/iam-broker";

    /** In tenths: at or below 1.5 of 10. */
    private static final String MOST_EXPOSURE = "--threshold=15";

    @TempDir
    Path temp;

    @BeforeEach
    void needTools() throws Exception {
        Needs.program("systemd-analyze", "systemd");
    }

    /** @param owner {@code system} or {@code user} */
    private void install(String owner) throws IOException {
        Path units = Checkout.root().resolve("systemd").resolve(owner.equals("user") ? "user" : ".");
        Files.copy(units.resolve(SOCKET), temp.resolve(SOCKET));
        String service = Files.readString(units.resolve(SERVICE));
        assertThat(service).contains("ExecStart=" + INSTALLED + " serve");
        // What it starts has to exist.
        Files.writeString(
                temp.resolve(SERVICE),
                service.replace(INSTALLED, Checkout.launcher().toString()));
    }

    private void change(String text, String other) throws IOException {
        String service = Files.readString(temp.resolve(SERVICE));
        assertThat(service).contains(text);
        Files.writeString(temp.resolve(SERVICE), service.replace(text, other));
    }

    @ParameterizedTest
    @ValueSource(strings = {"system", "user"})
    void verify_units_nothingToSay(String owner) throws Exception {
        install(owner);
        Ran verify = verify(owner);
        assertThat(verify.exitCode()).as(verify.all()).isZero();
        assertThat(verify.err()).isEmpty();
    }

    @Test
    void verify_unitWithAMistake_isFound() throws Exception {
        install("system");
        change("ProtectHome=yes", "ProtectHome=perhaps");
        assertThat(verify("system").all()).contains("protect home value");
    }

    private Ran verify(String owner) throws IOException, InterruptedException {
        return Program.of("systemd-analyze", "--" + owner, "verify", "--man=no", "--recursive-errors=yes")
                .with(temp.resolve(SERVICE), temp.resolve(SOCKET))
                .env("HOME", temp)
                .env("XDG_RUNTIME_DIR", temp)
                .run();
    }

    @Test
    void security_unit_atMost1Point5() throws Exception {
        install("system");
        Ran security = security();
        assertThat(security.exitCode()).as(security.all()).isZero();
        assertThat(security.out()).contains("Overall exposure level for " + SERVICE);
    }

    @Test
    void security_unitWithoutAProtection_isTooExposed() throws Exception {
        install("system");
        change("SystemCallFilter=", "#");
        assertThat(security().exitCode()).isNotZero();
    }

    private Ran security() throws IOException, InterruptedException {
        return Program.of("systemd-analyze", "security", "--offline=true", MOST_EXPOSURE, temp.resolve(SERVICE))
                .run();
    }

    /** The user, the groups and the directories that the units name. */
    @Test
    void sysusersAndTmpfiles_dryRun_areUnderstood() throws Exception {
        Needs.program("systemd-sysusers", "systemd");
        Path systemd = Checkout.root().resolve("systemd");
        Ran users = Program.of("systemd-sysusers", "--dry-run", systemd.resolve("iam-broker.sysusers"))
                .run();
        assertThat(users.exitCode()).as(users.all()).isZero();
        assertThat(users.all()).contains("_iam-broker", "iam-broker");

        Path root = temp.resolve("root");
        Files.createDirectories(root.resolve("etc"));
        Files.writeString(root.resolve("etc/passwd"), "root:x:0:0::/:/bin/sh\n_iam-broker:x:0:0::/:/bin/sh\n");
        Files.writeString(root.resolve("etc/group"), "root:x:0:\n_iam-broker:x:0:\n");
        Ran files = Program.of("systemd-tmpfiles", "--create", "--root=" + root, systemd.resolve("iam-broker.tmpfiles"))
                .run();
        assertThat(files.exitCode()).as(files.all()).isZero();
        assertThat(root.resolve("etc/iam-broker")).isDirectory();
        assertThat(root.resolve("run/iam-broker")).isDirectory();
    }
}

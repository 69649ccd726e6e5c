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

/** The unit for systemd, as systemd's own tools judge it. */
final class SystemdUnitIT {
    private static final String UNIT = "iam-broker.service";
    private static final String INSTALLED = "/usr/lib/iam-broker/bin/iam-broker";

    /** In tenths: at or below 1.5 of 10. */
    private static final String MOST_EXPOSURE = "--threshold=15";

    @TempDir
    Path temp;

    @BeforeEach
    void installWhereItIsNot() throws Exception {
        Needs.program("systemd-analyze", "systemd");
        Files.writeString(temp.resolve(UNIT), unit());
    }

    /** What it starts has to exist. */
    private static String unit() throws IOException {
        String unit = Files.readString(Checkout.root().resolve("systemd").resolve(UNIT));
        assertThat(unit).contains("ExecStart=" + INSTALLED + " serve");
        return unit.replace(INSTALLED, Checkout.launcher().toString());
    }

    @Test
    void verify_unit_nothingToSay() throws Exception {
        Ran verify = verify();
        assertThat(verify.exitCode()).as(verify.all()).isZero();
        assertThat(verify.err()).isEmpty();
    }

    @Test
    void verify_unitWithAMistake_isFound() throws Exception {
        Files.writeString(temp.resolve(UNIT), unit().replace("ProtectHome=yes", "ProtectHome=perhaps"));
        assertThat(verify().all()).contains("protect home value");
    }

    private Ran verify() throws IOException, InterruptedException {
        return Program.of("systemd-analyze", "verify", "--man=no", "--recursive-errors=yes", temp.resolve(UNIT))
                .run();
    }

    @Test
    void security_unit_atMost1Point5() throws Exception {
        Ran security = security();
        assertThat(security.exitCode()).as(security.all()).isZero();
        assertThat(security.out()).contains("Overall exposure level for " + UNIT);
    }

    @Test
    void security_unitWithoutAProtection_isTooExposed() throws Exception {
        Files.writeString(temp.resolve(UNIT), unit().replace("SystemCallFilter=", "#"));
        assertThat(security().exitCode()).isNotZero();
    }

    private Ran security() throws IOException, InterruptedException {
        return Program.of("systemd-analyze", "security", "--offline=true", MOST_EXPOSURE, temp.resolve(UNIT))
                .run();
    }
}

package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.it.harness.Checkout;
import dev.iambroker.it.harness.Needs;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.Ran;
import org.junit.jupiter.api.Test;

/** The Debian package by the rules of Debian; what it does on a machine is {@link SystemdIT}'s. */
final class DebianPackageIT {
    @Test
    void lintian_thePackage_hasNothingToSay() throws Exception {
        Needs.program("lintian", "lintian");

        Ran lintian = Program.of("lintian", "--allow-root", "--fail-on", "error,warning", Checkout.debianPackage())
                .run();

        assertThat(lintian.out()).isEmpty();
        assertThat(lintian.exitCode()).as(lintian.all()).isZero();
    }
}

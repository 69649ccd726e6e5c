package dev.iambroker.server.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class FindingTest {
    @Test
    void detail_thatAServerWroteForATerminal_isOneLineOfText() {
        Finding finding = Finding.ok(Step.VERSION, "v1.31\n  rbac ok\u001b[31m\u2028end");

        assertThat(finding.detail()).isEqualTo("v1.31   rbac ok [31m end");
    }
}

package dev.iambroker.server.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ProcessProtectionTest {
    private static final String OFF = "-XX:+DisableAttachMechanism";
    private static final String ON = "-XX:-DisableAttachMechanism";

    @Test
    void isAttachDisabled_severalWords_lastCounts() {
        assertThat(ProcessProtection.isAttachDisabled(List.of("java", OFF, "Main")))
                .isTrue();
        assertThat(ProcessProtection.isAttachDisabled(List.of("java", OFF, ON))).isFalse();
        assertThat(ProcessProtection.isAttachDisabled(List.of("java", ON, OFF))).isTrue();
        assertThat(ProcessProtection.isAttachDisabled(List.of("java", "Main"))).isFalse();
    }
}

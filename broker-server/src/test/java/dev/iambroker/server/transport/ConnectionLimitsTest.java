package dev.iambroker.server.transport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ConnectionLimitsTest {
    @Test
    void enter_userAtItsLimit_onlyThatUserIsRefused() {
        ConnectionLimits limits = new ConnectionLimits(2, 10);

        assertThat(limits.enter(1)).isTrue();
        assertThat(limits.enter(1)).isTrue();
        assertThat(limits.enter(1)).isFalse();
        assertThat(limits.enter(2)).isTrue();
        limits.leave(1);
        assertThat(limits.enter(1)).isTrue();
        assertThat(limits.open()).isEqualTo(3);
    }

    @Test
    void enter_totalReached_everybodyIsRefused() {
        ConnectionLimits limits = new ConnectionLimits(2, 3);
        limits.enter(1);
        limits.enter(1);
        limits.enter(2);

        assertThat(limits.enter(3)).isFalse();
    }

    @Test
    void defaults_oneUser_mayOpenAThousandAndMore() {
        ConnectionLimits limits = new ConnectionLimits();

        for (int i = 0; i < 1024; i++) {
            assertThat(limits.enter(1)).isTrue();
        }
        assertThat(limits.enter(ConnectionLimits.TCP)).isTrue();
    }
}

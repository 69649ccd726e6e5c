package dev.iambroker.server.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PassedSocketTest {
    private static final long PID = 4711;

    @Test
    void of_twoNamed_fromDescriptorThreeOn() {
        Map<String, String> environment =
                Map.of("LISTEN_PID", "4711", "LISTEN_FDS", "2", "LISTEN_FDNAMES", "iam-broker.socket:metrics");
        assertThat(PassedSocket.of(environment, PID))
                .containsExactly(new PassedSocket(3, "iam-broker.socket"), new PassedSocket(4, "metrics"));
    }

    @Test
    void of_withoutNames_unnamed() {
        assertThat(PassedSocket.of(Map.of("LISTEN_PID", "4711", "LISTEN_FDS", "1"), PID))
                .containsExactly(new PassedSocket(3, PassedSocket.UNNAMED));
    }

    /** A child inherits the variables, and finds something else in these descriptors. */
    @Test
    void of_meantForAnotherProcess_nothing() {
        assertThat(PassedSocket.of(Map.of("LISTEN_PID", "1", "LISTEN_FDS", "1"), PID))
                .isEmpty();
        assertThat(PassedSocket.of(Map.of("LISTEN_FDS", "1"), PID)).isEmpty();
        assertThat(PassedSocket.of(Map.of(), PID)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "two", "1025", "99999"})
    void of_noNumberOfSockets_refused(String count) {
        assertThatThrownBy(() -> PassedSocket.of(Map.of("LISTEN_PID", "4711", "LISTEN_FDS", count), PID))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("LISTEN_FDS");
    }

    @Test
    void of_otherNumberOfNames_refused() {
        Map<String, String> environment = Map.of("LISTEN_PID", "4711", "LISTEN_FDS", "2", "LISTEN_FDNAMES", "one");
        assertThatThrownBy(() -> PassedSocket.of(environment, PID)).hasMessageContaining("1 names for 2 sockets");
    }
}

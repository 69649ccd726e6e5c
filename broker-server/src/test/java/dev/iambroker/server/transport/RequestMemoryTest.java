package dev.iambroker.server.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

final class RequestMemoryTest {
    private static final int KILO = 1024;
    private static final int ROOT = 0;

    private final RequestMemory memory = new RequestMemory(Set.of(ROOT));

    private final class Connection implements ConnectionLimits.Place {
        private final int user;
        private boolean isGivenUp;

        Connection(int user) {
            this.user = user;
        }

        boolean holds(int bytes) {
            return memory.hold(user, this, bytes);
        }

        @Override
        public boolean isBusy() {
            return false;
        }

        @Override
        public void giveUp() {
            isGivenUp = true;
        }
    }

    private int flood(int user, int connections) {
        int let = 0;
        for (int i = 0; i < connections; i++) {
            if (new Connection(user).holds(64 * KILO)) {
                let++;
            }
        }
        return let;
    }

    @Test
    void hold_oneUserFloods_hasItsPartAndNoMore() {
        assertThat(flood(7, 1000)).isEqualTo(RequestMemory.PER_USER / (64 * KILO));
        assertThat(memory.held()).isEqualTo(RequestMemory.PER_USER);
        assertThat(new Connection(8).holds(128 * KILO)).isTrue();
    }

    @Test
    void hold_manyUsersFlood_oneMoreStillHasRoom() {
        for (int user = 1; user <= 20; user++) {
            flood(user, 1000);
        }
        assertThat(memory.held()).isLessThanOrEqualTo(RequestMemory.TOTAL);
        assertThat(flood(1000, 4)).isEqualTo(4);
        assertThat(memory.held()).isLessThanOrEqualTo(RequestMemory.TOTAL);
    }

    @Test
    void hold_wholeUsedUp_theLargestLosesItsNewest() {
        Connection oldest = new Connection(7);
        assertThat(oldest.holds(RequestMemory.PER_USER - 64 * KILO)).isTrue();
        Connection newest = new Connection(7);
        assertThat(newest.holds(64 * KILO)).isTrue();
        Connection other = new Connection(8);
        assertThat(other.holds(RequestMemory.PER_USER)).isTrue();

        assertThat(new Connection(9).holds(KILO)).isTrue();

        assertThat(newest.isGivenUp || other.isGivenUp).isTrue();
        assertThat(oldest.isGivenUp).isFalse();
    }

    @Test
    void hold_wholeUsedUpInEqualShares_newcomerWithAsMuchIsRefused() {
        Connection one = new Connection(7);
        Connection two = new Connection(8);
        assertThat(one.holds(RequestMemory.PER_USER)).isTrue();
        assertThat(two.holds(RequestMemory.PER_USER)).isTrue();

        assertThat(new Connection(9).holds(RequestMemory.PER_USER)).isFalse();

        assertThat(one.isGivenUp || two.isGivenUp).isFalse();
    }

    @Test
    void hold_wholeUsedUp_rootHasRoomOfItsOwn() {
        assertThat(new Connection(7).holds(RequestMemory.PER_USER)).isTrue();
        assertThat(new Connection(8).holds(RequestMemory.PER_USER)).isTrue();
        assertThat(new Connection(ROOT).holds(RequestMemory.RESERVED)).isTrue();
    }

    @Test
    void hold_lessOrNothing_givesRoomBack() {
        Connection connection = new Connection(7);
        assertThat(connection.holds(RequestMemory.PER_USER)).isTrue();
        assertThat(new Connection(7).holds(1)).isFalse();
        assertThat(connection.holds(KILO)).isTrue();
        assertThat(memory.held()).isEqualTo(KILO);
        assertThat(new Connection(7).holds(KILO)).isTrue();
        assertThat(connection.holds(0)).isTrue();
        assertThat(connection.holds(0)).isTrue();
        assertThat(memory.held()).isEqualTo(KILO);
    }
}

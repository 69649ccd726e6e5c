package dev.iambroker.server.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ConnectionLimitsTest {
    /** Ends at once when it is told to. */
    private static final class FakePlace implements ConnectionLimits.Place {
        private final boolean isBusy;
        private boolean isGivenUp;

        FakePlace(boolean isBusy) {
            this.isBusy = isBusy;
        }

        @Override
        public boolean isBusy() {
            return isBusy;
        }

        @Override
        public void giveUp() {
            isGivenUp = true;
        }
    }

    private static FakePlace idle() {
        return new FakePlace(/* isBusy= */ false);
    }

    private static List<FakePlace> fill(ConnectionLimits limits, int user, int count) {
        List<FakePlace> places = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            FakePlace place = idle();
            if (limits.enter(user, place)) {
                places.add(place);
            }
        }
        return places;
    }

    @Test
    void enter_userAtItsLimit_onlyThatUserIsRefused() {
        ConnectionLimits limits = new ConnectionLimits(2, 10);
        List<FakePlace> ofOne = fill(limits, 1, 3);
        assertThat(ofOne).hasSize(2);
        assertThat(limits.isAtItsLimit(1)).isTrue();
        assertThat(limits.isAtItsLimit(2)).isFalse();
        assertThat(limits.enter(2, idle())).isTrue();

        limits.leave(1, ofOne.getFirst());
        limits.leave(1, ofOne.getFirst());
        assertThat(limits.open()).isEqualTo(2);
        assertThat(limits.enter(1, idle())).isTrue();
        assertThat(limits.enter(1, idle())).isFalse();
    }

    @Test
    void enter_totalReached_theLargestGivesItsNewestIdleOneUp() {
        ConnectionLimits limits = new ConnectionLimits(4, 5);
        FakePlace busy = new FakePlace(/* isBusy= */ true);
        FakePlace oldest = idle();
        FakePlace newestIdle = idle();
        limits.enter(1, oldest);
        limits.enter(1, newestIdle);
        limits.enter(1, busy);
        fill(limits, 2, 2);

        assertThat(limits.enter(3, idle())).isTrue();

        assertThat(newestIdle.isGivenUp).isTrue();
        assertThat(oldest.isGivenUp).isFalse();
        assertThat(busy.isGivenUp).isFalse();
        assertThat(limits.open()).isEqualTo(5);
        // It closes later, when its room is another's already.
        limits.leave(1, newestIdle);
        assertThat(limits.open()).isEqualTo(5);
    }

    @Test
    void enter_allOfTheLargestBusy_theNewestIsGivenUp() {
        ConnectionLimits limits = new ConnectionLimits(4, 3);
        FakePlace newest = new FakePlace(/* isBusy= */ true);
        limits.enter(1, new FakePlace(/* isBusy= */ true));
        limits.enter(1, new FakePlace(/* isBusy= */ true));
        limits.enter(1, newest);
        assertThat(limits.enter(2, idle())).isTrue();
        assertThat(newest.isGivenUp).isTrue();
    }

    /** Else two users at the limit would close each other's connections for ever. */
    @Test
    void enter_totalReachedInEqualShares_theNewcomerIsRefused() {
        ConnectionLimits limits = new ConnectionLimits(4, 4);
        List<FakePlace> ofOne = fill(limits, 1, 2);
        List<FakePlace> ofTwo = fill(limits, 2, 2);
        assertThat(limits.enter(1, idle())).isFalse();
        assertThat(limits.enter(2, idle())).isFalse();
        assertThat(ofOne).noneMatch(place -> place.isGivenUp);
        assertThat(ofTwo).noneMatch(place -> place.isGivenUp);
    }

    @Test
    void enter_manyUsersThatTakeAllTheyCan_oneMoreAlwaysGetsIn() {
        ConnectionLimits limits = new ConnectionLimits();
        for (int user = 1; user <= 20; user++) {
            fill(limits, user, 2 * ConnectionLimits.PER_USER);
        }
        assertThat(limits.open()).isEqualTo(ConnectionLimits.TOTAL);
        assertThat(fill(limits, 1000, 300)).hasSize(300);
        assertThat(limits.open()).isEqualTo(ConnectionLimits.TOTAL);
    }

    @Test
    void defaults_oneUser_mayOpenAThousandAndMore() {
        ConnectionLimits limits = new ConnectionLimits();
        assertThat(fill(limits, 1, 5000)).hasSize(1024);
        assertThat(fill(limits, ConnectionLimits.TCP, 5000)).hasSize(1024);
        assertThat(fill(limits, ConnectionLimits.METRICS, 5000)).hasSize(1024);
        assertThat(limits.enter(2, idle())).isTrue();
    }

    @Test
    void enter_wholeUsedUpByOneConnectionEach_theDaemonsUserStillGetsIn() {
        ConnectionLimits limits = new ConnectionLimits(4, 5).keepingRoomFor(Set.of(0));
        for (int user = 1; user <= 5; user++) {
            assertThat(limits.enter(user, idle())).isTrue();
        }
        assertThat(limits.enter(6, idle())).isFalse();
        assertThat(limits.enter(0, idle())).isTrue();
    }

    @Test
    void enter_largestIsModestAndBusy_isNotCutOff() {
        ConnectionLimits limits = new ConnectionLimits(32, 3);
        limits.enter(1, new FakePlace(/* isBusy= */ true));
        limits.enter(1, new FakePlace(/* isBusy= */ true));
        limits.enter(2, idle());
        assertThat(limits.enter(3, idle())).isFalse();
    }

    @Test
    void within_fewOpenFiles_leavesSomeForTheDaemon() {
        assertThat(ConnectionLimits.within(1024).perUser()).isEqualTo(768);
        assertThat(ConnectionLimits.within(4096).perUser()).isEqualTo(1024);
        assertThat(fill(ConnectionLimits.within(Integer.MAX_VALUE), 1, 5000)).hasSize(1024);
    }
}

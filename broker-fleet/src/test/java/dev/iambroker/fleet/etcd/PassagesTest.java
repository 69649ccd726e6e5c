package dev.iambroker.fleet.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class PassagesTest {
    private final AtomicInteger freed = new AtomicInteger();
    private final Passages passages = new Passages(() -> 0, freed::incrementAndGet);

    @Test
    void whatLeavesIsNeitherHeldNorEnteredUntilItStays() {
        assertThat(passages.leave("a")).isTrue();
        assertThat(passages.hold("a")).isFalse();
        assertThat(passages.enter("a")).isFalse();
        assertThat(passages.hold("b")).isTrue();

        passages.stay("a");
        assertThat(passages.hold("a")).isTrue();
    }

    @Test
    void whatIsHeldTwiceLeavesAfterBothReleases() {
        assertThat(passages.hold("a")).isTrue();
        assertThat(passages.hold("a")).isTrue();
        passages.release("a");
        assertThat(passages.leave("a")).isFalse();

        passages.release("a");
        assertThat(freed).hasValue(2);
        assertThat(passages.leave("a")).isTrue();
    }

    /** Whoever looks before a request begins must not make an answer that waits to be written void. */
    @Test
    void whatIsHeldLeavesAnEarlierAnswerAsItIs() {
        assertThat(passages.enter("a")).isTrue();
        passages.answered("a", /* isSpent= */ true);
        assertThat(passages.hold("a")).isTrue();
        passages.release("a");
        assertThat(passages.isSpent("a")).isTrue();
        assertThat(passages.leave("a")).isFalse();

        passages.written("a");
        assertThat(passages.leave("a")).isTrue();
    }
}

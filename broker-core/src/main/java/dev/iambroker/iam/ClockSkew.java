package dev.iambroker.iam;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far IAM's clock is ahead of this machine's, as the median of what its latest answers said; negative where it is
 * behind. The median, because one answer may have come slowly or through something that writes a date of its own.
 * Zero until the first reading. Thread-safe.
 */
public final class ClockSkew {
    private static final Logger log = LoggerFactory.getLogger(ClockSkew.class);

    private static final int LATEST = 15;

    /** IAM states whole seconds and cuts the rest off: half a second later is the better guess. */
    private static final Duration CUT_OFF = Duration.ofMillis(500);

    /** Longer than any exchange may take: the clock was stepped in between. */
    private static final Duration TOO_LONG = Duration.ofSeconds(60);

    private static final Duration FAR = Duration.ofSeconds(60);
    private static final Duration NEAR = Duration.ofSeconds(30);

    /** One odd answer makes no alarm. */
    private static final int SURE = 2;

    private final Consumer<Duration> listener;

    @GuardedBy("this")
    private final Deque<Duration> readings = new ArrayDeque<>();

    @GuardedBy("this")
    private boolean isFar;

    private volatile Duration median = Duration.ZERO;

    /** @param listener hears every change of the median; quick, never throws */
    public ClockSkew(Consumer<Duration> listener) {
        this.listener = listener;
    }

    /**
     * Takes a reading.
     *
     * @param stated IAM's clock in an answer, in whole seconds
     * @param asked this machine's wall clock before the request
     * @param answered this machine's wall clock after the answer
     */
    public synchronized void read(Instant stated, Instant asked, Instant answered) {
        Duration took = Duration.between(asked, answered);
        if (took.isNegative() || took.compareTo(TOO_LONG) > 0) {
            return;
        }
        if (readings.size() == LATEST) {
            readings.removeFirst();
        }
        readings.addLast(Duration.between(asked.plus(took.dividedBy(2)), stated.plus(CUT_OFF)));
        List<Duration> sorted = readings.stream().sorted().toList();
        become(sorted.get(sorted.size() / 2));
        judge();
    }

    /**
     * The wall clock jumped by {@code step}, positive for forward. Readings from before count no more once there is one
     * from after. Until then a step back moves the skew. A jump forward may be the end of a suspend, in which the clock
     * was never wrong: it moves the skew only where that puts right what was known to be wrong.
     */
    public synchronized void jumped(Duration step) {
        readings.clear();
        Duration moved = median.minus(step);
        if (step.isNegative() || moved.abs().compareTo(median.abs()) < 0) {
            become(moved);
        }
    }

    @GuardedBy("this")
    private void become(Duration next) {
        median = next;
        listener.accept(next);
    }

    /** Said once when it becomes far and once when it is near again; in between it says nothing. */
    @GuardedBy("this")
    private void judge() {
        Duration off = median.abs();
        if (!isFar && readings.size() >= SURE && off.compareTo(FAR) > 0) {
            isFar = true;
            log.warn(
                    "IAM's clock is {} s {} this machine's: check that NTP keeps this machine's time",
                    off.toSeconds(),
                    median.isNegative() ? "behind" : "ahead of");
        } else if (isFar && off.compareTo(NEAR) < 0) {
            isFar = false;
            log.info("this machine's clock agrees with IAM's again, within {} s", off.toSeconds() + 1);
        }
    }

    /** IAM's clock less this machine's. */
    public Duration median() {
        return median;
    }
}

package dev.iambroker.server.sink;

import dev.iambroker.token.Time;
import java.time.Duration;
import java.time.Instant;

/** When something is over, by either clock: the one may have been set back, the other stops while the machine sleeps. */
record Deadline(long nanos, Instant at) {
    static Deadline in(Duration left, Time time) {
        return new Deadline(time.nanos() + left.toNanos(), time.now().plus(left));
    }

    /** Zero or negative once it is over. */
    Duration left(Time time) {
        Duration byNanos = Duration.ofNanos(nanos - time.nanos());
        Duration byWall = Duration.between(time.now(), at);
        return byNanos.compareTo(byWall) < 0 ? byNanos : byWall;
    }
}

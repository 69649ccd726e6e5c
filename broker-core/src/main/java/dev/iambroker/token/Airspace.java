package dev.iambroker.token;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many flights that nobody waits for may be in the air at once, to all IAMs together: what each reads and holds while it
 * waits for IAM is memory, and after a start, an outage or a lock every account asks for one. An IAM that does not answer
 * keeps what it was let have, so none may have all of it, and each may always have a few. Thread-safe.
 */
final class Airspace {
    /** At fifty kilobytes each. */
    static final int MOST = 48;

    /** With this many, a whole budget is used of an IAM that takes a second to answer. */
    static final int MOST_OF_ONE = 32;

    /** Not none: its own landings are what tells an IAM's governor of room. */
    static final int LEAST_OF_ONE = 2;

    private final AtomicInteger aloft = new AtomicInteger();

    /** @param ofOne how many to that IAM are in the air. Two that ask at the same time may both be told so. */
    boolean hasRoom(int ofOne) {
        return ofOne < LEAST_OF_ONE || (ofOne < MOST_OF_ONE && aloft.get() < MOST);
    }

    void enter() {
        aloft.incrementAndGet();
    }

    void leave() {
        aloft.decrementAndGet();
    }
}

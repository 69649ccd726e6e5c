package dev.iambroker.it.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What the clients saw. Thread-safe. */
final class Books {
    private static final int KEPT = 20;

    private final Map<Integer, LongAdder> statuses = new ConcurrentSkipListMap<>();
    private final Map<String, LongAdder> mischief = new ConcurrentHashMap<>();
    private final LongAdder hits = new LongAdder();
    private final LongAdder disconnects = new LongAdder();
    private final LongAdder unreached = new LongAdder();
    private final AtomicInteger wrong = new AtomicInteger();
    private final AtomicInteger expired = new AtomicInteger();
    private final List<String> complaints = new ArrayList<>();

    void answered(int status) {
        statuses.computeIfAbsent(status, unused -> new LongAdder()).increment();
    }

    void disconnected() {
        disconnects.increment();
    }

    /** The daemon was down or went down. */
    void unreached() {
        unreached.increment();
    }

    void suffered(String fault) {
        mischief.computeIfAbsent(fault, unused -> new LongAdder()).increment();
    }

    /** So many requests to IAM were answered with a lie. */
    void hit(long requests) {
        hits.add(requests);
    }

    void wrong(String what) {
        wrong.incrementAndGet();
        complain("wrong: " + what);
    }

    void expired(String what) {
        expired.incrementAndGet();
        complain("expired: " + what);
    }

    /** Something that no answer showed. */
    synchronized void complain(String what) {
        if (complaints.size() < KEPT) {
            complaints.add(what);
        }
    }

    synchronized List<String> complaints() {
        return List.copyOf(complaints);
    }

    int wrongAnswers() {
        return wrong.get();
    }

    int expiredTokens() {
        return expired.get();
    }

    long requests() {
        return statuses.values().stream().mapToLong(LongAdder::sum).sum();
    }

    String byStatus() {
        return statuses + ", " + disconnects + " clients left early, " + unreached + " found the broker down";
    }

    String faults() {
        return new TreeMap<>(mischief) + ", " + hits + " requests to IAM spoilt";
    }
}

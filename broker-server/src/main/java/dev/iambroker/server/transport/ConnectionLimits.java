package dev.iambroker.server.transport;

import java.util.HashMap;
import java.util.Map;

/** Counts connections, so that no user can use up what all share. Thread-safe. */
public final class ConnectionLimits {
    /** What one user may have open: a parallel build that runs kubectl by the hundreds fits. */
    public static final int PER_USER = 1024;

    /** What all may have open: several users at their limit, and still far below the usual limit on descriptors. */
    public static final int TOTAL = 8192;

    /** Stands for whoever comes over TCP; no user has this uid, the kernel uses it for "none". */
    static final int TCP = -1;

    private final int perUser;
    private final int total;

    /** Guarded by this. */
    private final Map<Integer, Integer> openByUser = new HashMap<>();

    /** Guarded by this. */
    private int open;

    public ConnectionLimits() {
        this(PER_USER, TOTAL);
    }

    ConnectionLimits(int perUser, int total) {
        this.perUser = perUser;
        this.total = total;
    }

    /** Takes a place for {@code uid}, to be given back by {@link #leave}; false where there is none. */
    synchronized boolean enter(int uid) {
        int ofUser = openByUser.getOrDefault(uid, 0);
        if (ofUser >= perUser || open >= total) {
            return false;
        }
        openByUser.put(uid, ofUser + 1);
        open++;
        return true;
    }

    synchronized void leave(int uid) {
        openByUser.computeIfPresent(uid, (user, count) -> count == 1 ? null : count - 1);
        open--;
    }

    synchronized int open() {
        return open;
    }
}

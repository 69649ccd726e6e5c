package dev.iambroker.server.transport;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Counts connections, so that no user can use up what all share. Where the whole is used up, whoever has the most gives
 * one up for whoever has fewer: of many users that open all they can each is left with an equal share, and one more
 * always gets in. Thread-safe.
 */
public final class ConnectionLimits {
    /** What one user may have open: a parallel build that runs kubectl by the hundreds fits. */
    public static final int PER_USER = 1024;

    /** What all may have open: several users at their limit, and still far below the usual limit on descriptors. */
    public static final int TOTAL = 8192;

    /** Stands for whoever comes over loopback TCP, which names no user; no uid is negative. */
    static final int TCP = -1;

    /** Stands for whoever asks the metrics listener, from this machine or another. */
    static final int METRICS = -2;

    /** Files that the daemon opens for itself: its code, its store, its connections to IAM. */
    private static final int OWN_FILES = 512;

    private static final int MOST_OWN_FILES_PART = 4;

    /** Beyond the whole, for those who must be able to look and to lock: a person may have thousands of users (subuid(5)). */
    static final int RESERVED = 64;

    /** One of so many parts of what a user may have is never too much: requests that wait on them are not cut off for others. */
    private static final int MODEST_PART = 16;

    private final int perUser;
    private final int total;
    private final Set<Integer> keepers;
    private final RequestMemory memory;

    /** Guarded by this. */
    private final Map<Integer, SequencedSet<Place>> byUser = new HashMap<>();

    /** Guarded by this. */
    private int open;

    public ConnectionLimits() {
        this(PER_USER, TOTAL);
    }

    ConnectionLimits(int perUser, int total) {
        this(perUser, total, Set.of());
    }

    private ConnectionLimits(int perUser, int total, Set<Integer> keepers) {
        this.perUser = perUser;
        this.total = total;
        this.keepers = Set.copyOf(keepers);
        this.memory = new RequestMemory(keepers);
    }

    /** The same, with some room more that is for {@code users} alone. */
    public ConnectionLimits keepingRoomFor(Set<Integer> users) {
        return new ConnectionLimits(perUser, total, users);
    }

    /** As many as there can be where the process may have {@code openFiles} open. */
    public static ConnectionLimits within(int openFiles) {
        int own = Math.min(OWN_FILES, openFiles / MOST_OWN_FILES_PART);
        int total = Math.min(TOTAL, openFiles - own);
        return new ConnectionLimits(Math.min(PER_USER, total), total);
    }

    /** How many one user may have open while there is room. */
    public int perUser() {
        return perUser;
    }

    /** What the requests on these connections may take. */
    RequestMemory memory() {
        return memory;
    }

    /** A connection that takes room, by identity. */
    interface Place {
        /** Whether somebody waits for an answer on it. Asked on any thread. */
        boolean isBusy();

        /** Ends it, soon and on its own thread. */
        void giveUp();
    }

    /** Whether {@link #enter} would refuse {@code user} for what it has already. */
    synchronized boolean isAtItsLimit(int user) {
        return countOf(user) >= perUser;
    }

    /** Takes room for {@code user}, to be given back by {@link #leave}; false where there is none. */
    boolean enter(int user, Place place) {
        Place given;
        synchronized (this) {
            int ofUser = countOf(user);
            if (ofUser >= perUser) {
                return false;
            }
            int room = keepers.contains(user) ? total + RESERVED : total;
            given = open < room ? null : takenFromLargest(ofUser);
            if (open >= room) {
                return false;
            }
            byUser.computeIfAbsent(user, absent -> new LinkedHashSet<>()).add(place);
            open++;
        }
        if (given != null) {
            given.giveUp();
        }
        return true;
    }

    /** Gives the room back; nothing where another has it already. */
    synchronized void leave(int user, Place place) {
        SequencedSet<Place> places = byUser.get(user);
        if (places != null && places.remove(place)) {
            open--;
            if (places.isEmpty()) {
                byUser.remove(user);
            }
        }
    }

    private int countOf(int user) {
        SequencedSet<Place> places = byUser.get(user);
        return places == null ? 0 : places.size();
    }

    /** Not from one that would then have fewer than the newcomer: the two would take turns for ever. */
    private @Nullable Place takenFromLargest(int newcomers) {
        int largest = 0;
        int most = 0;
        for (Map.Entry<Integer, SequencedSet<Place>> entry : byUser.entrySet()) {
            if (entry.getValue().size() > most) {
                largest = entry.getKey();
                most = entry.getValue().size();
            }
        }
        if (most < newcomers + 2) {
            return null;
        }
        Place taken = newestIdle(byUser.getOrDefault(largest, new LinkedHashSet<>()));
        if (taken != null) {
            leave(largest, taken);
        }
        return taken;
    }

    private @Nullable Place newestIdle(SequencedSet<Place> places) {
        for (Place place : places.reversed()) {
            if (!place.isBusy()) {
                return place;
            }
        }
        return places.size() <= perUser / MODEST_PART ? null : places.getLast();
    }

    synchronized int open() {
        return open;
    }
}

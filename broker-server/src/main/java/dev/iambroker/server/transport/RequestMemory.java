package dev.iambroker.server.transport;

import dev.iambroker.server.transport.ConnectionLimits.Place;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Counts the bytes of requests that wait for their end or for their answer, and of answers that their clients do not take.
 * Anybody who can connect can send such bytes, or ask and not read, before a rule is asked, and the daemon ends where its
 * memory does. No user has more than a part of the whole; where the whole is used up, whoever holds the most loses a
 * connection for whoever holds less. Thread-safe.
 */
final class RequestMemory {
    /** A fraction of the heap, as all of it may be on the heap. */
    static final int TOTAL = 8 * 1024 * 1024;

    /** What one user may have under way: some sixty of the largest requests, or thousands as clients send them. */
    static final int PER_USER = TOTAL / 2;

    /** Beyond the whole, for those who must be able to look and to lock. */
    static final int RESERVED = TOTAL / 8;

    private final Set<Integer> keepers;

    /** Guarded by this. */
    private final Map<Integer, Holdings> byUser = new HashMap<>();

    /** Guarded by this. */
    private int held;

    RequestMemory(Set<Integer> keepers) {
        this.keepers = Set.copyOf(keepers);
    }

    private static final class Holdings {
        private final SequencedMap<Place, Integer> byPlace = new LinkedHashMap<>();
        private int bytes;
    }

    /**
     * Notes that {@code place} of {@code user} holds so many bytes by now. False, and as before, where there is no room
     * for more.
     */
    boolean hold(int user, Place place, int bytes) {
        while (true) {
            Place taken;
            synchronized (this) {
                int before = heldBy(user, place);
                int ofUser = bytesOf(user) - before + bytes;
                if (bytes > before && ofUser > PER_USER) {
                    return false;
                }
                if (bytes <= before || held - before + bytes <= room(user)) {
                    set(user, place, bytes);
                    return true;
                }
                taken = takenFromLargest(user, ofUser);
            }
            if (taken == null) {
                return false;
            }
            taken.giveUp();
        }
    }

    private int room(int user) {
        return keepers.contains(user) ? TOTAL + RESERVED : TOTAL;
    }

    private int heldBy(int user, Place place) {
        Holdings holdings = byUser.get(user);
        return holdings == null ? 0 : holdings.byPlace.getOrDefault(place, 0);
    }

    private int bytesOf(int user) {
        Holdings holdings = byUser.get(user);
        return holdings == null ? 0 : holdings.bytes;
    }

    private void set(int user, Place place, int bytes) {
        Holdings holdings = byUser.computeIfAbsent(user, absent -> new Holdings());
        Integer before = bytes == 0 ? holdings.byPlace.remove(place) : holdings.byPlace.put(place, bytes);
        int change = bytes - (before == null ? 0 : before);
        holdings.bytes += change;
        held += change;
        if (holdings.byPlace.isEmpty()) {
            byUser.remove(user);
        }
    }

    /** Not from one that would then hold less than the newcomer: the two would take turns for ever. */
    private @Nullable Place takenFromLargest(int newcomer, int newcomers) {
        int largest = newcomer;
        int most = 0;
        for (Map.Entry<Integer, Holdings> entry : byUser.entrySet()) {
            if (entry.getValue().bytes > most) {
                largest = entry.getKey();
                most = entry.getValue().bytes;
            }
        }
        Holdings holdings = byUser.get(largest);
        if (holdings == null || largest == newcomer) {
            return null;
        }
        Map.Entry<Place, Integer> newest = holdings.byPlace.lastEntry();
        if (most - newest.getValue() < newcomers) {
            return null;
        }
        set(largest, newest.getKey(), 0);
        return newest.getKey();
    }

    synchronized int held() {
        return held;
    }
}

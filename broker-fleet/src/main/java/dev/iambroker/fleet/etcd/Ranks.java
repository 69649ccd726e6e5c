package dev.iambroker.fleet.etcd;

import java.nio.charset.StandardCharsets;
import java.util.Collection;

/**
 * Who is first to renew a login: rendezvous hashing, by which each member is first for as many logins as any other, and a
 * member that joins or leaves moves no login but those it is first for.
 */
final class Ranks {
    private Ranks() {}

    /** How many of {@code members} come before {@code member}. */
    static int rank(String member, String id, Collection<String> members) {
        long own = score(member, id);
        int before = 0;
        for (String other : members) {
            before += !other.equals(member) && isBefore(score(other, id), other, own, member) ? 1 : 0;
        }
        return before;
    }

    /** Whether {@code one} comes before {@code other}. */
    static boolean outranks(String one, String other, String id) {
        return isBefore(score(one, id), one, score(other, id), other);
    }

    private static boolean isBefore(long score, String name, long laterScore, String laterName) {
        return score != laterScore ? score > laterScore : name.compareTo(laterName) < 0;
    }

    private static long score(String member, String id) {
        return mixed(hash(member) * 31 + hash(id));
    }

    /** FNV-1a. */
    private static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (byte each : text.getBytes(StandardCharsets.US_ASCII)) {
            hash = (hash ^ each) * 0x100000001b3L;
        }
        return mixed(hash);
    }

    /** The end of SplitMix64: every bit of the result depends on all. */
    private static long mixed(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }
}

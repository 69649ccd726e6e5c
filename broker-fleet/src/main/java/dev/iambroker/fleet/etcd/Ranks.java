package dev.iambroker.fleet.etcd;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.stream.Stream;

/**
 * Who is first to renew a login: rendezvous hashing, by which each member is first for as many logins as any other, and a
 * member that joins or leaves moves no login but those it is first for.
 */
final class Ranks {
    private final String self;
    private final long selfHash;
    private final String[] others;
    private final long[] otherHashes;

    /** @param members may hold {@code self} or not */
    Ranks(String self, Collection<String> members) {
        this.self = self;
        this.selfHash = hash(self);
        this.others = members.stream().filter(member -> !member.equals(self)).toArray(String[]::new);
        this.otherHashes = Stream.of(others).mapToLong(Ranks::hash).toArray();
    }

    /** How many members come before {@code self}. */
    int rank(String id) {
        long idHash = hash(id);
        long own = score(selfHash, idHash);
        int before = 0;
        for (int at = 0; at < others.length; at++) {
            before += isBefore(score(otherHashes[at], idHash), others[at], own, self) ? 1 : 0;
        }
        return before;
    }

    /** Whether {@code one} comes before {@code other}. */
    static boolean outranks(String one, String other, String id) {
        long idHash = hash(id);
        return isBefore(score(hash(one), idHash), one, score(hash(other), idHash), other);
    }

    private static boolean isBefore(long score, String name, long laterScore, String laterName) {
        return score != laterScore ? score > laterScore : name.compareTo(laterName) < 0;
    }

    private static long score(long memberHash, long idHash) {
        return mixed(memberHash * 31 + idHash);
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

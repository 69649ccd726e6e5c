package dev.iambroker.client;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The process at the other end of a Unix socket, as the kernel told it at accept (SO_PEERCRED, SO_PEERGROUPS).
 *
 * @param pid 0 where the peer lives in another pid namespace
 * @param startTime the process's start in clock ticks since boot, which pins {@code pid} against reuse; 0 unknown
 * @param program null as long as no rule asks for it
 */
public record Peer(
        int uid,
        int gid,
        Set<Integer> groups,
        int pid,
        long startTime,
        @Nullable Program program) {
    public Peer {
        groups = Set.copyOf(groups);
    }

    /** Of whose program nothing was asked. */
    public Peer(int uid, int gid, Set<Integer> groups, int pid, long startTime) {
        this(uid, gid, groups, pid, startTime, null);
    }

    public Peer running(Program attested) {
        return new Peer(uid, gid, groups, pid, startTime, attested);
    }
}

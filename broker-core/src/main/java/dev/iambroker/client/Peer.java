package dev.iambroker.client;

import java.util.Set;

/**
 * The process at the other end of a Unix socket, as the kernel told it at accept (SO_PEERCRED, SO_PEERGROUPS).
 *
 * @param pid 0 where the peer lives in another pid namespace
 * @param startTime the process's start in clock ticks since boot, which pins {@code pid} against reuse; 0 unknown
 */
public record Peer(int uid, int gid, Set<Integer> groups, int pid, long startTime) {
    public Peer {
        groups = Set.copyOf(groups);
    }
}

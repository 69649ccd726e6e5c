package dev.iambroker.server.transport;

import dev.iambroker.client.Peer;
import dev.iambroker.server.os.ProcFs;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/**
 * What a process ran when it was looked at, out of memory of the kernel. Null where that could not be read.
 *
 * @param exe the path of the file that it executed, as the process's own mounts have it
 */
record Sighting(@Nullable String exe, @Nullable String cgroup) {
    static final Sighting NOTHING = new Sighting(null, null);

    static final String FOREIGN =
            "it lives in another pid namespace and has no pid here (expected clients on the host itself, or a secret)";
    static final String GONE = "it had ended, or given its pid away, before it was looked at";
    static final String FORBIDDEN =
            "this daemon may not read which program it runs (expected CAP_SYS_PTRACE, in the unit as CapabilityBoundingSet= and AmbientCapabilities=)";

    static Sighting of(ProcFs proc, Peer peer, Witnesses.Pin pin, Witnesses complaints) {
        if (peer.pid() <= 0) {
            complaints.complain(peer, FOREIGN);
            return NOTHING;
        }
        Sighting sighting = new Sighting(exe(proc, peer, complaints), proc.cgroup(peer.pid()));
        boolean isPinned = peer.startTime() != ProcFs.UNKNOWN && proc.startTime(peer.pid()) == peer.startTime();
        // Only now: that the pid is still the peer's says that it was when it was read.
        if (!isPinned || !pin.holds()) {
            complaints.complain(peer, GONE);
            return NOTHING;
        }
        return sighting;
    }

    private static @Nullable String exe(ProcFs proc, Peer peer, Witnesses complaints) {
        try {
            return proc.exe(peer.pid());
        } catch (AccessDeniedException e) {
            complaints.complain(peer, FORBIDDEN);
        } catch (NoSuchFileException e) {
            complaints.complain(peer, GONE);
        } catch (IOException e) {
            complaints.complain(peer, "which program it runs cannot be read");
        }
        return null;
    }
}

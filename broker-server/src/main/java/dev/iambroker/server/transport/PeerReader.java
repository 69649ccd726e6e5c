package dev.iambroker.server.transport;

import dev.iambroker.client.Peer;
import dev.iambroker.server.os.ProcFs;
import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Says who is at the other end of a Unix socket, as the kernel noted it when the peer connected. Thread-safe. */
final class PeerReader {
    private static final int SOL_SOCKET = 1;
    private static final int SO_PEERCRED = 17;
    private static final int SO_PEERGROUPS = 59;
    private static final int SO_PEERPIDFD = 77;
    private static final int ENOPROTOOPT = 92;

    /** A thousand groups; whoever is in more is looked up in /proc. */
    private static final int GROUPS_BYTES = 4096;

    /** Fills what the kernel does not write: no group has this number. */
    private static final int NO_GROUP = -1;

    private static final byte[] NO_GROUPS = new byte[GROUPS_BYTES];

    static {
        Arrays.fill(NO_GROUPS, (byte) NO_GROUP);
    }

    private final ProcFs proc;

    /** What an option of a socket is read into; for a thread, as each event loop reads many. */
    private final ThreadLocal<ByteBuffer> room = ThreadLocal.withInitial(
            () -> ByteBuffer.allocateDirect(GROUPS_BYTES).order(ByteOrder.nativeOrder()));

    PeerReader(ProcFs proc) {
        this.proc = proc;
    }

    /** As {@code struct ucred} of unix(7) has it. */
    record Credentials(int pid, int uid, int gid) {}

    /** @throws IOException if the kernel does not say; such a connection is not to be served */
    Credentials credentialsOf(Socket socket) throws IOException {
        ByteBuffer raw = room.get().clear().limit(3 * Integer.BYTES);
        socket.getRawOpt(SOL_SOCKET, SO_PEERCRED, raw);
        return new Credentials(raw.getInt(0), raw.getInt(Integer.BYTES), raw.getInt(2 * Integer.BYTES));
    }

    /** The peer with these credentials, with its groups and when its process began. */
    Peer peerOf(Socket socket, Credentials credentials) {
        int pid = credentials.pid();
        Set<Integer> groups = socketGroups(socket);
        return new Peer(
                credentials.uid(),
                credentials.gid(),
                groups == null ? proc.groups(pid) : groups,
                pid,
                proc.startTime(pid));
    }

    /** Whether {@code pid} is still that of the process that connected, which then is still there. */
    boolean isStill(Socket socket, int pid) {
        try {
            ByteBuffer raw = room.get().clear().limit(Integer.BYTES);
            socket.getRawOpt(SOL_SOCKET, SO_PEERPIDFD, raw);
            return refersTo(new FileDescriptor(raw.getInt(0)), pid);
        } catch (NativeIoException e) {
            // A kernel before 6.5 knows no such option: there the start time alone pins the pid.
            return e.expectedErr() == -ENOPROTOOPT;
        } catch (IOException e) {
            return false;
        }
    }

    private boolean refersTo(FileDescriptor pidfd, int pid) throws IOException {
        try {
            return proc.pidOfPidfd(pidfd.intValue()) == pid;
        } finally {
            pidfd.close();
        }
    }

    private @Nullable Set<Integer> socketGroups(Socket socket) {
        ByteBuffer raw = room.get().clear().put(0, NO_GROUPS);
        try {
            socket.getRawOpt(SOL_SOCKET, SO_PEERGROUPS, raw);
            return raw.getInt(0) == NO_GROUP ? Set.of() : groupsIn(raw);
        } catch (IOException e) {
            // A kernel before 4.13, or more groups than there is room for.
            return null;
        }
    }

    private static Set<Integer> groupsIn(ByteBuffer raw) {
        Set<Integer> groups = new HashSet<>();
        for (int at = 0; at < GROUPS_BYTES && raw.getInt(at) != NO_GROUP; at += Integer.BYTES) {
            groups.add(raw.getInt(at));
        }
        return groups;
    }
}

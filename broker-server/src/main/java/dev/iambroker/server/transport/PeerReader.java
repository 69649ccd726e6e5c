package dev.iambroker.server.transport;

import dev.iambroker.client.Peer;
import dev.iambroker.server.os.ProcFs;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.PeerCredentials;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Says who is at the other end of a Unix socket. Thread-safe. */
interface PeerReader {
    /** @throws IOException if the kernel does not say; such a connection is not to be served */
    Peer peerOf(Channel channel) throws IOException;

    /** @throws IOException if the kernel does not say */
    int uidOf(Channel channel) throws IOException;

    /** Whether {@code pid} is still that of the process that connected, which then is still there. */
    boolean isStill(Channel channel, int pid);

    /** Asks the kernel (SO_PEERCRED, SO_PEERGROUPS) what held when the peer connected. */
    final class Kernel implements PeerReader {
        private static final int SOL_SOCKET = 1;
        private static final int SO_PEERGROUPS = 59;
        private static final int SO_PEERPIDFD = 77;
        private static final int ENOPROTOOPT = 92;

        /** A thousand groups; whoever is in more is looked up in /proc. */
        private static final int GROUPS_BYTES = 4096;

        /** Fills what the kernel does not write: no group has this number. */
        private static final int NO_GROUP = -1;

        private final ProcFs proc;

        Kernel(ProcFs proc) {
            this.proc = proc;
        }

        @Override
        public Peer peerOf(Channel channel) throws IOException {
            EpollDomainSocketChannel socket = (EpollDomainSocketChannel) channel;
            PeerCredentials credentials = socket.peerCredentials();
            Set<Integer> groups = socketGroups(socket);
            return new Peer(
                    credentials.uid(),
                    credentials.gids()[0],
                    groups == null ? proc.groups(credentials.pid()) : groups,
                    credentials.pid(),
                    proc.startTime(credentials.pid()));
        }

        @Override
        public int uidOf(Channel channel) throws IOException {
            return ((EpollDomainSocketChannel) channel).peerCredentials().uid();
        }

        @Override
        public boolean isStill(Channel channel, int pid) {
            EpollDomainSocketChannel socket = (EpollDomainSocketChannel) channel;
            ByteBuf number = socket.alloc().directBuffer(Integer.BYTES, Integer.BYTES);
            try {
                ByteBuffer raw = number.internalNioBuffer(0, Integer.BYTES).order(ByteOrder.nativeOrder());
                int start = raw.position();
                ((Socket) socket.fd()).getRawOpt(SOL_SOCKET, SO_PEERPIDFD, raw);
                return refersTo(new FileDescriptor(raw.getInt(start)), pid);
            } catch (NativeIoException e) {
                // A kernel before 6.5 knows no such option: there the start time alone pins the pid.
                return e.expectedErr() == -ENOPROTOOPT;
            } catch (IOException e) {
                return false;
            } finally {
                number.release();
            }
        }

        private boolean refersTo(FileDescriptor pidfd, int pid) throws IOException {
            try {
                return proc.pidOfPidfd(pidfd.intValue()) == pid;
            } finally {
                pidfd.close();
            }
        }

        private static @Nullable Set<Integer> socketGroups(EpollDomainSocketChannel socket) {
            ByteBuf groups = socket.alloc().directBuffer(GROUPS_BYTES, GROUPS_BYTES);
            try {
                ByteBuffer raw = groups.internalNioBuffer(0, GROUPS_BYTES).order(ByteOrder.nativeOrder());
                int start = raw.position();
                for (int i = 0; i < GROUPS_BYTES; i += Integer.BYTES) {
                    raw.putInt(start + i, NO_GROUP);
                }
                ((Socket) socket.fd()).getRawOpt(SOL_SOCKET, SO_PEERGROUPS, raw);
                return groupsIn(raw, start);
            } catch (IOException e) {
                // A kernel before 4.13, or more groups than there is room for.
                return null;
            } finally {
                groups.release();
            }
        }

        private static Set<Integer> groupsIn(ByteBuffer raw, int start) {
            Set<Integer> groups = new HashSet<>();
            for (int i = start; i < start + GROUPS_BYTES && raw.getInt(i) != NO_GROUP; i += Integer.BYTES) {
                groups.add(raw.getInt(i));
            }
            return groups;
        }
    }
}

package dev.iambroker.server.transport;

import dev.iambroker.server.os.Descriptors;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A socket that another process opened, listens on and keeps: what connects while no broker runs waits in its queue. Its
 * file, mode and group are that process's. Immutable.
 */
public final class InheritedSocket {
    private static final int SOL_SOCKET = 1;
    private static final int SO_TYPE = 3;
    private static final int SO_ACCEPTCONN = 30;
    private static final int SO_DOMAIN = 39;
    private static final int SOCK_STREAM = 1;
    private static final int AF_UNIX = 1;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    private final int descriptor;
    private final SocketAddress address;

    private InheritedSocket(int descriptor, SocketAddress address) {
        this.descriptor = descriptor;
        this.address = address;
    }

    /**
     * What the kernel knows of {@code descriptor}.
     *
     * @throws ListenFailure if it is no stream socket, Unix or TCP, that is listened on
     */
    public static InheritedSocket of(int descriptor) {
        Epoll.ensureAvailability();
        try {
            Socket socket = new Socket(descriptor);
            int family = option(socket, SO_DOMAIN);
            boolean isListening = option(socket, SO_TYPE) == SOCK_STREAM && option(socket, SO_ACCEPTCONN) == 1;
            SocketAddress address = isListening ? address(socket, family) : null;
            if (address == null) {
                throw new ListenFailure(
                        "descriptor " + descriptor + ", which was passed to be served, is no listening"
                                + " socket with a path or a TCP address (expected ListenStream= and Accept=no in the socket unit)");
            }
            Descriptors.unblock(descriptor);
            return new InheritedSocket(descriptor, address);
        } catch (IOException | ChannelException e) {
            throw new ListenFailure("descriptor " + descriptor + " was passed to be served and cannot be: " + e, e);
        }
    }

    private static @Nullable SocketAddress address(Socket socket, int family) {
        return switch (family) {
            case AF_UNIX -> named(socket.localDomainSocketAddress());
            case AF_INET, AF_INET6 -> socket.localAddress();
            default -> null;
        };
    }

    /** An abstract name has no owner and no mode: whoever comes first has it. */
    private static @Nullable DomainSocketAddress named(DomainSocketAddress address) {
        return address.path().startsWith("/") ? address : null;
    }

    private static int option(Socket socket, int name) throws IOException {
        ByteBuffer value = ByteBuffer.allocateDirect(Integer.BYTES).order(ByteOrder.nativeOrder());
        socket.getRawOpt(SOL_SOCKET, name, value);
        return value.getInt(0);
    }

    public boolean isUnix() {
        return address instanceof DomainSocketAddress;
    }

    /** Where a Unix socket lies, by the name under which it was bound. */
    public Path path() {
        return Path.of(((DomainSocketAddress) address).path());
    }

    /** The address of a TCP socket. */
    public InetSocketAddress address() {
        return (InetSocketAddress) address;
    }

    /** To be served; closing it leaves the other process's socket as it is. */
    Socket socket() {
        return new Socket(descriptor);
    }

    @Override
    public String toString() {
        return isUnix() ? String.valueOf(path()) : String.valueOf(address);
    }
}

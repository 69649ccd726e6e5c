package dev.iambroker.server.transport;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/**
 * Sockets as a service manager opens them. Whoever they are passed to owns the descriptor; the manager's own is not
 * played here.
 */
public final class Opened {
    private static final int QUEUE = 8;

    private Opened() {}

    public static int unix(Path path) throws IOException {
        Epoll.ensureAvailability();
        Socket socket = Socket.newSocketDomain();
        socket.bind(new DomainSocketAddress(path.toString()));
        socket.listen(QUEUE);
        return socket.intValue();
    }

    /** On loopback; of port 0, which is any. */
    public static int tcp() throws IOException {
        Epoll.ensureAvailability();
        Socket socket = Socket.newSocketStream();
        socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0));
        socket.listen(QUEUE);
        return socket.intValue();
    }

    /** No socket that is listened on. */
    public static int datagrams() {
        Epoll.ensureAvailability();
        return Socket.newSocketDomainDgram().intValue();
    }

    public static void close(int descriptor) throws IOException {
        new FileDescriptor(descriptor).close();
    }
}

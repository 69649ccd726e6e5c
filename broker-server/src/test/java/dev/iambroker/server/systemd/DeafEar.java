package dev.iambroker.server.systemd;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The socket of a service manager, which hears nothing before it is asked what it heard: its queue holds it. */
final class DeafEar implements AutoCloseable {
    private static final int MOST_BYTES = 4096;

    private final Socket socket;

    /** @param address a path, or an abstract name with a leading zero */
    DeafEar(String address) throws IOException {
        Epoll.ensureAvailability();
        socket = Socket.newSocketDomainDgram();
        socket.bind(new DomainSocketAddress(address));
    }

    /** The next message; null where there is none. What was sent is there: the kernel delivers before it returns. */
    @Nullable
    String heard() throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(MOST_BYTES);
        var from = socket.recvFromDomainSocket(buffer, 0, MOST_BYTES);
        if (from == null) {
            return null;
        }
        byte[] bytes = new byte[from.receivedAmount()];
        buffer.get(0, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

package dev.iambroker.server.systemd;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The Unix datagram socket on which a service manager listens. Java has none of that kind. Thread-safe. */
final class NotifySocket {
    private static final byte ABSTRACT = '@';

    private final byte[] address;

    private NotifySocket(byte[] address) {
        this.address = address;
    }

    /** @throws IllegalArgumentException if {@code name} is neither a path nor, with a leading {@code @}, an abstract name */
    static NotifySocket named(String name) {
        byte[] address = name.getBytes(StandardCharsets.UTF_8);
        if (address.length < 2 || (address[0] != '/' && address[0] != ABSTRACT)) {
            throw new IllegalArgumentException("NOTIFY_SOCKET is neither an absolute path nor an abstract name");
        }
        if (address[0] == ABSTRACT) {
            address[0] = 0;
        }
        return new NotifySocket(address);
    }

    /** Whether it was taken: a queue that is full takes nothing, and nothing here waits for it. */
    boolean send(String text) throws IOException {
        Epoll.ensureAvailability();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer message = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        Socket socket = Socket.newSocketDomainDgram();
        try {
            return socket.sendToDomainSocket(message, 0, bytes.length, Arrays.copyOf(address, address.length)) > 0;
        } finally {
            socket.close();
        }
    }
}

package dev.iambroker.server.transport;

import java.io.IOException;
import java.nio.ByteBuffer;

/** One end of a stream of bytes. Never blocks; confined to the event loop of its connection. */
interface StreamSocket {
    /**
     * Puts what has come into {@code memory}, a direct buffer, between these two indices; its position and limit stay.
     *
     * @return how many bytes, 0 where there are none now, -1 where none will come any more
     * @throws IOException if the other end broke off
     */
    int receive(ByteBuffer memory, int from, int to) throws IOException;

    /**
     * Gives the kernel what is in {@code memory}, a direct buffer, between these two indices; its position and limit stay.
     *
     * @return how many bytes it took, 0 where it has no room now
     * @throws IOException if the other end takes no more
     */
    int send(ByteBuffer memory, int from, int to) throws IOException;

    /** Asks to be told of bytes that come, or of their end, and of room for what is to be sent. */
    void await(boolean input, boolean room);

    /**
     * Tells the other end that no more bytes will come.
     *
     * @throws IOException if it is gone
     */
    void endOutput() throws IOException;

    /** Harmless the second time. */
    void close();
}

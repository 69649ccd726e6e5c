package dev.iambroker.server.transport;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** Answers that the kernel has not taken yet, in their order. Confined to the event loop. */
final class Outbox {
    private final StreamSocket socket;
    private final Queue<ByteBuf> waiting = new ArrayDeque<>(1);
    private int size;

    Outbox(StreamSocket socket) {
        this.socket = socket;
    }

    /** Takes {@code bytes} over. */
    void add(ByteBuf bytes) {
        size += bytes.capacity();
        waiting.add(bytes);
    }

    /** Bytes of memory, of which the answers may fill a part. */
    int size() {
        return size;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /**
     * Sends all that the kernel has room for.
     *
     * @throws IOException if the other end takes no more
     */
    void send() throws IOException {
        for (ByteBuf first = waiting.peek(); first != null && isSent(first); first = waiting.peek()) {
            waiting.remove();
            release(first);
        }
    }

    private void release(ByteBuf bytes) {
        size -= bytes.capacity();
        bytes.release();
    }

    private boolean isSent(ByteBuf bytes) throws IOException {
        while (bytes.isReadable()) {
            ByteBuffer memory = bytes.internalNioBuffer(bytes.readerIndex(), bytes.readableBytes());
            int sent = socket.send(memory, memory.position(), memory.limit());
            if (sent <= 0) {
                return false;
            }
            bytes.skipBytes(sent);
        }
        return true;
    }

    /** Gives up what was not sent. */
    void drop() {
        for (@Nullable ByteBuf each = waiting.poll(); each != null; each = waiting.poll()) {
            release(each);
        }
    }
}

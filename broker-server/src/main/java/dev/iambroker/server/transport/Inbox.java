package dev.iambroker.server.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

/**
 * What one connection has sent that is not read yet. Overwritten once it was read: a client may keep its connection for
 * long after a request with a secret in its head or body. Confined to the event loop.
 */
final class Inbox {
    private final ByteBufAllocator allocator;
    private ByteBuf bytes = Unpooled.EMPTY_BUFFER;

    Inbox(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /** To be read from; not to be kept. */
    ByteBuf bytes() {
        return bytes;
    }

    boolean isEmpty() {
        return !bytes.isReadable();
    }

    /** Takes {@code more} over. */
    void add(ByteBuf more) {
        if (isEmpty()) {
            drop();
            bytes = more;
            return;
        }
        if (bytes.writableBytes() < more.readableBytes()) {
            bytes = moved(bytes, bytes.readableBytes() + more.readableBytes());
        }
        bytes.writeBytes(more);
        Wiped.release(more);
    }

    /** Into a buffer with room to grow: a body that comes byte by byte is not copied for each of them. */
    private ByteBuf moved(ByteBuf old, int size) {
        ByteBuf roomy = allocator.ioBuffer(Integer.highestOneBit(size) * 2);
        roomy.writeBytes(old);
        Wiped.release(old);
        return roomy;
    }

    void wipeWhatWasRead() {
        if (isEmpty()) {
            drop();
        }
    }

    void drop() {
        Wiped.release(bytes);
        bytes = Unpooled.EMPTY_BUFFER;
    }
}

package dev.iambroker.server.transport;

import io.netty.buffer.ByteBuf;

/** Buffers that held a secret: the allocator gives them to the next connection as they are. */
final class Wiped {
    private Wiped() {}

    /** Overwrites what was written into {@code buffer}, then releases it. */
    static void release(ByteBuf buffer) {
        buffer.setZero(0, buffer.writerIndex());
        // One that overwrites itself has nothing left to do.
        buffer.clear();
        buffer.release();
    }
}

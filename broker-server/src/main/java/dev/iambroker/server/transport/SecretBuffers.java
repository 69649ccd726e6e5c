package dev.iambroker.server.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Buffers for what holds a secret, overwritten as they are released: requests once they are read, answers once the kernel
 * has the bytes, or they are lost. Used again and again, a few for each event loop, the one that was used last first: nearly
 * every request and answer is gone before the next one comes.
 *
 * <p>Confined to one event loop: there requests are read and answers written.
 */
final class SecretBuffers {
    static final int MOST_KEPT = 8;
    private static final byte[] ZEROS = new byte[8 * 1024];

    private final int usual;
    private final Deque<Buffer> free = new ArrayDeque<>(MOST_KEPT);

    /** @param usual bytes of those that are used again */
    SecretBuffers(int usual) {
        this.usual = usual;
    }

    /**
     * An empty one, which does not grow, and is the caller's to release.
     *
     * @param most bytes that will be written into it
     * @param overwritten runs when it is released and overwritten
     */
    ByteBuf take(ByteBufAllocator allocator, int most, @Nullable Runnable overwritten) {
        Buffer kept = most <= usual ? free.poll() : null;
        Buffer buffer = kept == null ? new Buffer(allocator, Math.max(usual, most)) : kept;
        return buffer.begin(overwritten);
    }

    /** Not Netty's faster kind: that takes sun.misc.Unsafe, which the JVM gives up. */
    private final class Buffer extends UnpooledDirectByteBuf {
        private final ByteBuffer memory;
        private @Nullable Runnable overwritten;

        Buffer(ByteBufAllocator allocator, int size) {
            this(allocator, ByteBuffer.allocateDirect(size));
        }

        private Buffer(ByteBufAllocator allocator, ByteBuffer memory) {
            super(allocator, memory, memory.capacity());
            this.memory = memory;
        }

        Buffer begin(@Nullable Runnable listener) {
            overwritten = listener;
            resetRefCnt();
            clear();
            return this;
        }

        /** Its memory is the collector's to free. */
        @Override
        protected void deallocate() {
            overwrite();
            Runnable listener = overwritten;
            overwritten = null;
            if (memory.capacity() == usual && free.size() < MOST_KEPT) {
                free.push(this);
            }
            if (listener != null) {
                listener.run();
            }
        }

        private void overwrite() {
            for (int done = 0; done < writerIndex(); done += ZEROS.length) {
                memory.put(done, ZEROS, 0, Math.min(ZEROS.length, writerIndex() - done));
            }
        }
    }
}

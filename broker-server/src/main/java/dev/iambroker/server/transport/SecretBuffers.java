package dev.iambroker.server.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledUnsafeDirectByteBuf;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Buffers for answers that hold a secret, overwritten as they are released: once the kernel has the bytes, or they are
 * lost. Used again and again, a few for each event loop, as nearly every answer is gone before the next is made.
 *
 * <p>Confined to one event loop: there answers are written, and there channels release what they have sent.
 */
final class SecretBuffers {
    /** A token of IAM with all that is said of it takes two to four kilobytes. */
    private static final int BYTES = 8 * 1024;

    private static final int MOST_KEPT = 8;
    private static final byte[] ZEROS = new byte[BYTES];

    private final Queue<Buffer> free = new ArrayDeque<>(MOST_KEPT);

    /**
     * An empty one, which does not grow.
     *
     * @param most bytes that will be written into it
     * @param overwritten runs when it is released and overwritten
     */
    ByteBuf take(ByteBufAllocator allocator, int most, Runnable overwritten) {
        Buffer kept = most <= BYTES ? free.poll() : null;
        Buffer buffer = kept == null ? new Buffer(allocator, Math.max(BYTES, most)) : kept;
        return buffer.begin(overwritten);
    }

    private final class Buffer extends UnpooledUnsafeDirectByteBuf {
        private final ByteBuffer memory;
        private @Nullable Runnable overwritten;

        Buffer(ByteBufAllocator allocator, int size) {
            this(allocator, ByteBuffer.allocateDirect(size));
        }

        private Buffer(ByteBufAllocator allocator, ByteBuffer memory) {
            super(allocator, memory, memory.capacity());
            this.memory = memory;
        }

        Buffer begin(Runnable listener) {
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
            if (memory.capacity() == BYTES && free.size() < MOST_KEPT) {
                free.add(this);
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

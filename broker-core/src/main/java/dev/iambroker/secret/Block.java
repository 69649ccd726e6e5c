package dev.iambroker.secret;

import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * The bytes of one secret in a {@link Region}. Thread-safe.
 *
 * <p>Readers take no lock, since every answer with a token reads. As in a sequence lock they look twice whether the
 * block has ended: before, and after they read. What they read in between may be anything, and they throw it away.
 */
final class Block implements Runnable {
    private final SecretMemory memory;
    private final Region region;
    private final int offset;
    private final int length;
    private volatile boolean ended;

    Block(SecretMemory memory, Region region, int offset, int length) {
        this.memory = memory;
        this.region = region;
        this.offset = offset;
        this.length = length;
    }

    int length() {
        return length;
    }

    int offset() {
        return offset;
    }

    Region region() {
        return region;
    }

    byte[] copy() {
        byte[] bytes = new byte[length];
        lend(view -> view.get(bytes));
        return bytes;
    }

    void lend(Consumer<? super ByteBuffer> reader) {
        checkThere();
        reader.accept(region.view(offset, length));
        VarHandle.acquireFence();
        checkThere();
    }

    boolean matches(ByteBuffer other) {
        checkThere();
        boolean isSame = other.remaining() == length && region.matches(offset, other);
        VarHandle.acquireFence();
        checkThere();
        return isSame;
    }

    private void checkThere() {
        if (ended) {
            throw new SecretWiped();
        }
    }

    /** Overwrites the bytes and gives their place back. Once: whoever registered this sees to it. */
    @Override
    public void run() {
        ended = true;
        // No byte is overwritten before a reader can see that they are.
        VarHandle.fullFence();
        region.wipe(offset, length);
        memory.free(this);
    }
}

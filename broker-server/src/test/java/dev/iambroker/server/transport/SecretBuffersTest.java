package dev.iambroker.server.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.IllegalReferenceCountException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SecretBuffersTest {
    private static final byte[] SECRET = "a token".repeat(300).getBytes(StandardCharsets.US_ASCII);

    private final SecretBuffers buffers = new SecretBuffers(8 * 1024);
    private int overwritten;

    private ByteBuf take(int most) {
        return buffers.take(ByteBufAllocator.DEFAULT, most, () -> overwritten++);
    }

    private static ByteBuffer memoryOf(ByteBuf buffer) {
        return buffer.nioBuffer(0, buffer.writerIndex());
    }

    private static boolean isZero(ByteBuffer memory) {
        while (memory.hasRemaining()) {
            if (memory.get() != 0) {
                return false;
            }
        }
        return true;
    }

    @Test
    void released_isOverwrittenAndTold() {
        ByteBuf buffer = take(SECRET.length);
        buffer.writeBytes(SECRET);
        ByteBuffer memory = memoryOf(buffer);
        buffer.retain();
        buffer.release();
        assertThat(isZero(memory.duplicate())).isFalse();
        assertThat(overwritten).isZero();

        assertThat(buffer.release()).isTrue();

        assertThat(isZero(memory)).isTrue();
        assertThat(overwritten).isEqualTo(1);
    }

    @Test
    void takenAgain_isEmptyAndTellsTheNewOwnerAlone() {
        take(1).release();
        List<String> told = new ArrayList<>();
        ByteBuf again = buffers.take(ByteBufAllocator.DEFAULT, 1, () -> told.add("second"));
        assertThat(again.readableBytes()).isZero();
        assertThat(again.refCnt()).isEqualTo(1);
        again.release();
        assertThat(told).containsExactly("second");
        assertThat(overwritten).isEqualTo(1);
    }

    @Test
    void twoAtATime_areTwo() {
        ByteBuf first = take(1);
        ByteBuf second = take(1);
        first.writeByte(1);
        second.writeByte(2);
        assertThat(first.getByte(0)).isEqualTo((byte) 1);
        first.release();
        second.release();
    }

    @Test
    void released_twice_isAnErrorAndNobodyElsesBuffer() {
        ByteBuf buffer = take(1);
        buffer.release();
        assertThatThrownBy(buffer::release).isInstanceOf(IllegalReferenceCountException.class);
        assertThatThrownBy(() -> buffer.writeByte(1)).isInstanceOf(IllegalReferenceCountException.class);
    }

    @Test
    void largerThanUsual_isAsLargeAsWantedAndOverwrittenToo() {
        ByteBuf buffer = take(100_000);
        buffer.writeZero(99_000).writeBytes(new byte[] {1, 2, 3});
        ByteBuffer memory = memoryOf(buffer);
        buffer.release();
        assertThat(isZero(memory)).isTrue();
        assertThat(take(1).capacity()).isLessThan(100_000);
    }
}

package dev.iambroker.server.transport;

import dev.iambroker.server.http.Answer;
import dev.iambroker.server.http.Exchange;
import dev.iambroker.server.http.Refrain;
import io.netty.buffer.ByteBuf;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * What a connection asks for again and again. Nothing is kept of a connection's first request, since most connections
 * have one, nor of those that alternate. Confined to the event loop.
 */
final class Repetition {
    private @Nullable Refrain refrain;

    /** By the processor, also before the compiler has seen this. */
    private final CRC32 crc = new CRC32();

    /** Of the last request that was looked at in full: enough to guess that the next is the same. */
    private long hashOfLast;

    /** The answer where {@code in} begins with the request that is repeated, which is taken off; else null. */
    @Nullable
    Answer answer(ByteBuf in) {
        return refrain == null ? null : refrain.answer(in);
    }

    /** What was sent after {@link #answer} gave an answer. */
    void done(Answer sent) {
        if (refrain != null) {
            refrain.done(sent);
        }
    }

    /** A request was looked at in full and answered from memory: {@code bytes} are all of it. */
    void heard(ByteBuf bytes, Exchange exchange) {
        crc.reset();
        crc.update(bytes.nioBuffer());
        if (crc.getValue() == hashOfLast) {
            forget();
            refrain = exchange.refrain(bytes);
        }
        hashOfLast = crc.getValue();
    }

    void forget() {
        if (refrain != null) {
            refrain.close();
            refrain = null;
        }
    }
}

package dev.iambroker.server.http;

import dev.iambroker.secret.Secret;
import io.netty.buffer.ByteBuf;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A request that one connection sends again and again, known again by its bytes. What parsing it, who sends it and what
 * that client may do came to, it came to from these bytes, this connection and what is in force: for as long as all three
 * are the same, none of it is done again. Whether the last still is, the {@link Encore} knows.
 *
 * <p>The bytes may hold a client secret, and are kept like one. Not for two threads at once; owned by the connection.
 */
public final class Refrain implements AutoCloseable {
    /** A token is asked for in a third of this, a long client secret included. */
    static final int MOST_BYTES = 1024;

    private final HttpService service;
    private final Secret bytes;
    private final Encore encore;
    private final String label;
    private final String client;
    private final LongConsumer answered;
    private long begun;

    /**
     * @param label of the route
     * @param client the name of the rule that speaks for it
     * @param answered hears how long an answer took, in nanoseconds
     */
    Refrain(HttpService service, Secret bytes, Encore encore, String label, String client, LongConsumer answered) {
        this.service = service;
        this.bytes = bytes;
        this.encore = encore;
        this.label = label;
        this.client = client;
        this.answered = answered;
    }

    /**
     * The answer to the request that {@code in} begins with, and takes that off; null, and nothing is taken, where it is
     * another request, or has to be looked at anew.
     */
    public @Nullable Answer answer(ByteBuf in) {
        int length = bytes.size();
        if (in.readableBytes() < length || !bytes.matches(in.internalNioBuffer(in.readerIndex(), length))) {
            return null;
        }
        begun = service.now();
        Answer answer = encore.next();
        if (answer != null) {
            in.skipBytes(length);
        }
        return answer;
    }

    /** What was sent after {@link #answer}: its answer, or why that was withdrawn. */
    public void done(Answer sent) {
        if (sent.status() == HttpService.OK) {
            answered.accept(service.now() - begun);
        } else {
            service.done(label, client, sent.status(), begun);
        }
    }

    /** Overwrites the request. */
    @Override
    public void close() {
        bytes.wipe();
        service.refrainEnded();
    }
}

package dev.iambroker.server.http;

import io.netty.buffer.ByteBuf;

/** What goes back to the client, head and body. Immutable and thread-safe. */
public sealed interface Answer permits FullAnswer, TokenAnswer {
    int status();

    /** About how many bytes {@link #writeTo} will add. */
    int sizeHint();

    /** Appends the whole answer to {@code out}, which stays the caller's. */
    void writeTo(ByteBuf out, boolean keepAlive);

    /** Too many connections are open; sent before any request was read. */
    static Answer overloaded() {
        return Problem.of(ProblemType.OVERLOADED, "too many connections are open: close some, or try again later")
                .answer();
    }

    /** The daemon stops and takes up nothing new. */
    static Answer stopping() {
        return Problem.of(ProblemType.STOPPING, "the broker is stopping: try again when it is back")
                .answer();
    }

    /** A request was begun but not ended in time. */
    static Answer requestTimeout() {
        return Problem.of(ProblemType.REQUEST_TIMEOUT, "the request did not arrive whole in time")
                .answer();
    }
}

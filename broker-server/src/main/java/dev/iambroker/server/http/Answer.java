package dev.iambroker.server.http;

import dev.iambroker.broker.BrokerFailure.About;
import io.netty.buffer.ByteBuf;
import java.time.Duration;

/** What goes back to the client, head and body. Immutable and thread-safe. */
public sealed interface Answer permits FullAnswer, SecretAnswer, TokenAnswer {
    int status();

    /** About how many bytes {@link #writeTo} will add; the most it can, where the answer holds a secret. */
    int sizeHint();

    /** Whether it must be overwritten in memory once it is sent. */
    boolean holdsSecret();

    /**
     * Appends the whole answer to {@code out}, which stays the caller's.
     *
     * @throws dev.iambroker.secret.SecretWiped if the secret in it was wiped meanwhile; {@code out} must not be sent then
     */
    void writeTo(ByteBuf out, boolean keepAlive);

    /** Too many connections are open; sent before any request was read. */
    static Answer overloaded() {
        return Problem.of(ProblemType.OVERLOADED, "too many connections are open: close some, or try again later")
                .answer();
    }

    /** The memory for requests under way is used up. */
    static Answer crowded() {
        About soon = About.NOTHING.withRetryAfter(Duration.ofSeconds(1));
        String detail = "too many requests are under way, or half sent: send fewer at once, or try again";
        return new Problem(ProblemType.OVERLOADED, detail, soon).answer();
    }

    /** The daemon stops and takes up nothing new. */
    static Answer stopping() {
        return Problem.of(ProblemType.STOPPING, "the broker is stopping: try again when it is back")
                .answer();
    }

    /** The token was taken away while the answer was on its way, as a lock does. */
    static Answer withdrawn() {
        return Problem.of(ProblemType.UNAVAILABLE, "the token was withdrawn while this was answered: try again")
                .answer();
    }

    /** A request was begun but not ended in time. */
    static Answer requestTimeout() {
        return Problem.of(ProblemType.REQUEST_TIMEOUT, "the request did not arrive whole in time")
                .answer();
    }
}

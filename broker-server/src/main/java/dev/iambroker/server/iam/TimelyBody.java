package dev.iambroker.server.iam;

import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request that is void after a while: the process may be stopped between the decision to send it and the
 * writing. Asks for the time again when each part is about to be written; once it is over the request fails.
 *
 * @param nanosLeft not positive once it is over
 */
record TimelyBody(BodyPublisher body, LongSupplier nanosLeft) implements BodyPublisher {
    /** Ends the exchange before a byte of the body has left. */
    static final class TooLate extends Exception {
        TooLate() {
            super(null, null, false, false);
        }
    }

    @Override
    public long contentLength() {
        return body.contentLength();
    }

    @Override
    public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
        body.subscribe(new Gate(subscriber, nanosLeft));
    }

    /** Called by one thread at a time, as every subscriber. */
    private static final class Gate implements Subscriber<ByteBuffer> {
        private final Subscriber<? super ByteBuffer> subscriber;
        private final LongSupplier nanosLeft;
        private @Nullable Subscription source;
        private boolean isShut;

        Gate(Subscriber<? super ByteBuffer> subscriber, LongSupplier nanosLeft) {
            this.subscriber = subscriber;
            this.nanosLeft = nanosLeft;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            source = subscription;
            subscriber.onSubscribe(subscription);
        }

        @Override
        public void onNext(ByteBuffer part) {
            if (isShut) {
                return;
            }
            if (nanosLeft.getAsLong() > 0) {
                subscriber.onNext(part);
                return;
            }
            isShut = true;
            if (source != null) {
                source.cancel();
            }
            subscriber.onError(new TooLate());
        }

        @Override
        public void onError(Throwable failure) {
            if (!isShut) {
                subscriber.onError(failure);
            }
        }

        @Override
        public void onComplete() {
            if (!isShut) {
                subscriber.onComplete();
            }
        }
    }
}

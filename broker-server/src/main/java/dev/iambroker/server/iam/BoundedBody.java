package dev.iambroker.server.iam;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Collects a body up to a limit, and can be cancelled from outside. The client's own time limit ends at the headers
 * (JDK-8208693), so whoever gives up on a stalled body cancels it here.
 */
final class BoundedBody implements BodySubscriber<byte[]> {
    private final int limit;
    private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @GuardedBy("this")
    private Flow.@Nullable Subscription subscription;

    @GuardedBy("this")
    private boolean cancelled;

    BoundedBody(int limit) {
        this.limit = limit;
    }

    @Override
    public CompletionStage<byte[]> getBody() {
        return whole;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        if (keep(subscription)) {
            subscription.request(Long.MAX_VALUE);
        } else {
            subscription.cancel();
        }
    }

    private synchronized boolean keep(Flow.Subscription arrived) {
        if (cancelled) {
            return false;
        }
        subscription = arrived;
        return true;
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            if (buffer.remaining() > limit - bytes.size()) {
                whole.completeExceptionally(new OversizeAnswer());
                cancel();
                return;
            }
            append(buffer);
        }
    }

    private void append(ByteBuffer buffer) {
        byte[] chunk = new byte[buffer.remaining()];
        buffer.get(chunk);
        bytes.writeBytes(chunk);
        Arrays.fill(chunk, (byte) 0);
    }

    @Override
    public void onError(Throwable throwable) {
        whole.completeExceptionally(throwable);
    }

    @Override
    public void onComplete() {
        whole.complete(bytes.toByteArray());
    }

    /** Stops reading, also when called before the first byte arrived. Idempotent. */
    void cancel() {
        Flow.Subscription current = takeForCancel();
        if (current != null) {
            current.cancel();
        }
    }

    private synchronized Flow.@Nullable Subscription takeForCancel() {
        cancelled = true;
        Flow.Subscription current = subscription;
        subscription = null;
        return current;
    }

    /** More bytes than any answer of this service has. */
    static final class OversizeAnswer extends RuntimeException {
        OversizeAnswer() {
            super("answer larger than the limit", null, false, false);
        }
    }
}

package dev.iambroker.server.iam;

import dev.iambroker.iam.CallLimit;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Sends one call and returns the whole answer, within one deadline over connect, headers and body, or the
 * {@link CallLimit} of the thread where that is sooner. Never retries, never
 * follows a redirect. Thread-safe; the client is borrowed.
 */
final class HttpExchange {
    private final Supplier<HttpClient> client;
    private final HttpSettings settings;

    HttpExchange(Supplier<HttpClient> client, HttpSettings settings) {
        this.client = client;
        this.settings = settings;
    }

    /** @param maxBytes of the answer's body */
    HttpAnswer send(HttpCall call, int maxBytes) throws ExchangeFailure {
        LongSupplier nanosLeft = CallLimit.ofThisThread();
        HttpRequest request = built(call, nanosLeft);
        Duration deadline = deadline(nanosLeft.getAsLong());
        BoundedBody body = new BoundedBody(maxBytes);
        CompletableFuture<HttpResponse<byte[]>> future = started(request, body);
        try {
            return whole(future.get(deadline.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            throw new ExchangeFailure("did not answer within " + inSeconds(deadline));
        } catch (ExecutionException e) {
            throw TransportPhrase.of(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ExchangeFailure("was not waited for: the broker is stopping");
        } finally {
            // The future alone does not reach a body that has begun to arrive. Both are no-ops after the end.
            future.cancel(true);
            body.cancel();
        }
    }

    private Duration deadline(long nanosLeft) throws ExchangeFailure {
        if (nanosLeft <= 0) {
            throw new ExchangeFailure("was not asked: the time for it was over", false);
        }
        return Duration.ofNanos(Math.min(settings.deadline().toNanos(), nanosLeft));
    }

    private CompletableFuture<HttpResponse<byte[]>> started(HttpRequest request, BoundedBody body)
            throws ExchangeFailure {
        try {
            return client.get().sendAsync(request, info -> body);
        } catch (RejectedExecutionException e) {
            throw new ExchangeFailure("was not asked: the broker is stopping");
        }
    }

    private HttpRequest built(HttpCall call, LongSupplier nanosLeft) throws ExchangeFailure {
        try {
            return call.toRequest(settings.userAgent(), nanosLeft);
        } catch (IllegalArgumentException e) {
            // The builder's message quotes the header, and the header may be a token.
            throw new ExchangeFailure("was not asked: the request would hold a character that HTTP forbids");
        }
    }

    private static HttpAnswer whole(HttpResponse<byte[]> response) {
        return new HttpAnswer(response.statusCode(), response.headers(), response.body());
    }

    private static String inSeconds(Duration duration) {
        return duration.toMillis() / 1000.0 + " s";
    }
}

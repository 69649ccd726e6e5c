package dev.iambroker.server.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.iambroker.iam.CallLimit;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How long a call may take, and until when it may be made at all. */
final class HttpExchangeTest {
    private static final long LIMIT = Duration.ofSeconds(5).toNanos();
    private static final int MAX_BYTES = 1024;

    private final AtomicLong nanos = new AtomicLong();
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient client = HttpClient.newBuilder().executor(executor).build();
    private final RawServer server = new RawServer();

    @AfterEach
    void close() {
        server.close();
        client.close();
        executor.close();
    }

    private ExchangeFailure failureOf(Supplier<HttpClient> clients, long limit) {
        var settings = new HttpSettings("test", executor, null, Duration.ofSeconds(5), Duration.ofSeconds(20));
        var exchange = new HttpExchange(clients, settings);
        var call = HttpCall.post(server.uri(), new Form().field("refresh_token", "canary"));
        return CallLimit.until(
                nanos::get,
                limit,
                () -> catchThrowableOfType(ExchangeFailure.class, () -> exchange.send(call, MAX_BYTES)));
    }

    @Test
    void send_limitIsOver_isNotBegun() {
        nanos.set(LIMIT);

        ExchangeFailure failure = failureOf(
                () -> {
                    throw new AssertionError("no client is needed");
                },
                LIMIT);

        assertThat(failure.phrase()).isEqualTo("was not asked: the time for it was over");
        assertThat(failure.mayHaveArrived()).isFalse();
    }

    @Test
    void send_limitEndsBetweenConnectAndBody_sendsNoByteOfTheBody() throws InterruptedException {
        server.thenStall("");

        ExchangeFailure failure = failureOf(
                () -> {
                    // As if the process had been stopped here.
                    nanos.set(LIMIT);
                    return client;
                },
                LIMIT);

        assertThat(failure.phrase())
                .isEqualTo("was not asked: the time for it was over before the request was written");
        assertThat(failure.mayHaveArrived()).isFalse();
        server.awaitClosedByPeer();
        assertThat(server.requests()).noneMatch(request -> request.contains("canary"));
    }

    @Test
    void send_limitIsSoonerThanTheDeadline_endsThen() {
        server.thenStall("");

        ExchangeFailure failure = failureOf(() -> client, Duration.ofMillis(200).toNanos());

        assertThat(failure.phrase()).isEqualTo("did not answer within 0.2 s");
        assertThat(failure.mayHaveArrived()).isTrue();
        assertThat(server.onlyRequest()).contains("canary");
    }

    @Test
    void send_limitIsFar_isAnswered() throws ExchangeFailure {
        server.thenAnswer(200, "{}");
        var settings = new HttpSettings("test", executor, null, Duration.ofSeconds(5), Duration.ofSeconds(20));
        var call = HttpCall.post(server.uri(), new Form().field("refresh_token", "canary"));

        HttpAnswer answer = new HttpExchange(() -> client, settings).send(call, MAX_BYTES);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(server.onlyRequest()).endsWith("refresh_token=canary");
    }
}

package dev.iambroker.server.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class ClientOnDemandTest {
    private static final HttpRequest REQUEST =
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:1/")).build();

    private final AtomicInteger made = new AtomicInteger();
    private final ClientOnDemand client = new ClientOnDemand(this::make);

    private HttpClient make() {
        made.incrementAndGet();
        return HttpClient.newHttpClient();
    }

    @Test
    void get_twice_oneClientMadeAtTheFirst() {
        assertThat(made).hasValue(0);

        assertThat(client.get()).isSameAs(client.get());

        assertThat(made).hasValue(1);
        client.shutdownNow();
    }

    @Test
    void get_afterShutdown_refusesAsOneThatWasMadeBefore() {
        client.shutdown();

        assertThatThrownBy(() -> client.get().send(REQUEST, BodyHandlers.discarding()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void get_afterShutdownNow_refuses() {
        client.shutdownNow();

        assertThatThrownBy(() -> client.get().send(REQUEST, BodyHandlers.discarding()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void awaitTermination_neverAsked_hasEndedAndMadeNone() throws InterruptedException {
        client.shutdown();

        assertThat(client.awaitTermination(Duration.ofSeconds(1))).isTrue();

        assertThat(made).hasValue(0);
    }

    @Test
    void madeNow_cannotBeMade_saysSoAtOnce() {
        assertThatThrownBy(() -> ClientOnDemand.madeNow(() -> {
                    throw new IllegalArgumentException("no such file");
                }))
                .isInstanceOf(IllegalArgumentException.class);
    }
}

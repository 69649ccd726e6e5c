package dev.iambroker.server.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class UserTurnsTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch gate = new CountDownLatch(1);

    @AfterEach
    void stop() {
        gate.countDown();
        threads.shutdown();
    }

    private String hang() {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return "late";
    }

    @Test
    void run_fileSystemThatNeverAnswers_costsAFewSecondsAndNoOtherUserAnything() throws IOException {
        var turns = new UserTurns(threads, Duration.ofSeconds(2));
        AtomicInteger begun = new AtomicInteger();
        for (int i = 0; i < 4; i++) {
            assertThatThrownBy(() -> turns.run(1000, () -> {
                        begun.incrementAndGet();
                        return hang();
                    }))
                    .isInstanceOf(IOException.class);
        }
        assertThat(begun).hasValue(2);
        assertThat(turns.run(1001, () -> "at once")).isEqualTo("at once");
    }

    @Test
    void run_fails_asItDid() throws IOException {
        var turns = new UserTurns(threads, Duration.ofMinutes(1));
        assertThatThrownBy(() -> turns.run(1000, () -> {
                    throw new IOException("no such process");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("no such process");
        assertThat(turns.run(1000, () -> 7)).isEqualTo(7);
    }
}

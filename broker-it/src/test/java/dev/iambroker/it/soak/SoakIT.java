package dev.iambroker.it.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.it.harness.Checkout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/** A short soak in every build, a long one by {@code dev/test --soak}. */
@Isolated
final class SoakIT {
    private static final long SHORT_SECONDS = 30;

    @Test
    @Timeout(24 * 3600)
    void allFaultsAtOnce_noWrongAnswerNoExpiredTokenNoNeedlessLogin() throws Exception {
        long seconds = Long.getLong("soak.seconds", SHORT_SECONDS);
        long seed = Long.getLong("soak.seed", System.currentTimeMillis());
        System.out.println("soak: seed " + seed);

        Figures figures = Soak.run(seed, Duration.ofSeconds(seconds));

        System.out.println(figures.report());
        Path target = Files.createDirectories(Checkout.root().resolve("broker-it/target"));
        Files.writeString(target.resolve("soak.txt"), figures.report());
        assertThat(figures.areGood()).as(figures.report()).isTrue();
    }
}

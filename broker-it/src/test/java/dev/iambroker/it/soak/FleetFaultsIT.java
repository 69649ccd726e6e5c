package dev.iambroker.it.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.it.harness.Checkout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/** A fleet of ten and its etcd, whose machines and networks fail: shortly in every build, longer by {@code dev/test --fleet}. */
@Isolated
final class FleetFaultsIT {
    private static final long SHORT_SECONDS = 60;

    @Test
    @Timeout(24 * 3600)
    void faultsInRandomOrder_noCallerFails_noRefreshTokenIsUsedAfterItsSuccessor() throws Exception {
        long seconds = Long.getLong("fleet.seconds", SHORT_SECONDS);
        long seed = Long.getLong("fleet.seed", System.currentTimeMillis());
        System.out.println("fleet: seed " + seed);

        FleetFigures figures = FleetSoak.run(seed, Duration.ofSeconds(seconds));

        System.out.println(figures.report());
        Path target = Files.createDirectories(Checkout.root().resolve("broker-it/target"));
        Files.writeString(target.resolve("fleet.txt"), figures.report());
        assertThat(figures.areGood()).as(figures.report()).isTrue();
    }
}

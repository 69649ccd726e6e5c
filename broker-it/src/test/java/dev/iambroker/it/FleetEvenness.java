package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.it.harness.Checkout;
import dev.iambroker.it.harness.EtcdCluster;
import dev.iambroker.it.harness.FleetMember;
import dev.iambroker.it.harness.FleetOfBrokers;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Ten daemons divide the renewals of ten thousand accounts, or of as many as {@code -Dfleet.accounts} says. It takes a quarter
 * of an hour: {@code dev/test --fleet} runs it, and no build.
 */
@Isolated
final class FleetEvenness {
    private static final int SIZE = 10;
    private static final int ACCOUNTS = Integer.getInteger("fleet.accounts", 10_000);
    /** Two cores take some eighty renewals a second with all that comes of them in ten daemons; this asks for sixty. */
    private static final Duration LIFE = Duration.ofSeconds(Math.max(60, ACCOUNTS / 30));

    /** A token is renewed after half of its life. */
    private static final Duration PERIOD = LIFE.dividedBy(2);

    /** A scrape of each takes a while, and what is divided anew meanwhile is counted twice. */
    private static final int PERIODS = 2;

    private static final double TOLERANCE = 0.2;
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @Test
    @Timeout(1800)
    void renewals_ofManyAccounts_areDividedEvenly() throws Exception {
        try (Workplace secrets = Workplace.create();
                EmulatedCloud cloud = SampleCloud.start();
                EtcdCluster etcd = EtcdCluster.start();
                FleetOfBrokers fleet =
                        new FleetOfBrokers(etcd, Workplace.endpoints(cloud.emulator()) + accounts(secrets))) {
            cloud.emulator().settings().accessTokenLife(LIFE).idTokenLife(LIFE);
            for (int i = 0; i < SIZE; i++) {
                fleet.add().options("-XX:TieredStopAtLevel=1 -Xmx128m");
            }
            fleet.startAll();
            fleet.awaitWhole();
            awaitFirstTokens(cloud);
            // The first ones came as fast as IAM may be asked, and by whoever was there first.
            Thread.sleep(PERIOD.multipliedBy(PERIODS));
            judge(cloud, fleet);
        }
    }

    private static String accounts(Workplace secrets) throws IOException {
        Path key = secrets.secret("key", EmulatedCloud.PROD_API_KEY);
        StringBuilder lines = new StringBuilder("accounts:\n");
        for (int i = 0; i < ACCOUNTS; i++) {
            lines.append("  a%d: { api-key: { file: %s } }\n".formatted(i, key));
        }
        return lines.toString();
    }

    private static void awaitFirstTokens(EmulatedCloud cloud) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (cloud.emulator().count(GrantKind.API_KEY) < ACCOUNTS) {
            if (System.nanoTime() > end) {
                throw new AssertionError(cloud.emulator().count(GrantKind.API_KEY) + " of " + ACCOUNTS
                        + " accounts have a token after " + PATIENCE);
            }
            Thread.sleep(100);
        }
    }

    private static void judge(EmulatedCloud cloud, FleetOfBrokers fleet) throws IOException, InterruptedException {
        List<Integer> shares = fleet.member(0).view().shares();
        List<Double> before = renewals(fleet);
        Duration cpuBefore = cpu(fleet);
        long asked = cloud.emulator().count(GrantKind.API_KEY);
        Thread.sleep(PERIOD.multipliedBy(PERIODS));
        List<Double> after = renewals(fleet);
        long all = cloud.emulator().count(GrantKind.API_KEY) - asked;
        double even = (double) all / SIZE;
        List<Long> each = new ArrayList<>();
        double farthest = 0;
        for (int i = 0; i < SIZE; i++) {
            double own = after.get(i) - before.get(i);
            each.add(Math.round(own));
            farthest = Math.max(farthest, Math.abs(own / even - 1));
        }
        String report = """
                fleet: %d accounts, %d daemons, %d periods of %d s: %d renewals, %s; farthest from even %.1f %%
                fleet: logins of each %s, %s after that
                fleet: CPU of all daemons %.0f %% of a core, resident memory of the largest %d MiB
                """.formatted(
                        ACCOUNTS,
                        SIZE,
                        PERIODS,
                        PERIOD.toSeconds(),
                        all,
                        each,
                        farthest * 100,
                        shares,
                        fleet.member(0).view().shares(),
                        cpu(fleet).minus(cpuBefore).toMillis()
                                * 100.0
                                / PERIOD.multipliedBy(PERIODS).toMillis(),
                        largestResidentMib(fleet));
        System.out.print(report);
        Files.writeString(Checkout.root().resolve("broker-it/target/fleet-even.txt"), report);
        assertThat(farthest).isLessThan(TOLERANCE);
        // One for each account: what ten daemons do each for itself would be ten times that.
        assertThat((double) all / PERIODS / ACCOUNTS).isBetween(1 - TOLERANCE, 1 + TOLERANCE);
    }

    private static List<Double> renewals(FleetOfBrokers fleet) throws IOException {
        List<Double> counts = new ArrayList<>();
        for (FleetMember member : fleet.members()) {
            counts.add(member.metrics().sum("iam_broker_iam_requests_total{"));
        }
        return counts;
    }

    private static Duration cpu(FleetOfBrokers fleet) {
        return fleet.members().stream()
                .map(member -> ProcessHandle.of(member.daemon().pid())
                        .flatMap(process -> process.info().totalCpuDuration())
                        .orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
    }

    private static long largestResidentMib(FleetOfBrokers fleet) throws IOException {
        long largest = 0;
        for (FleetMember member : fleet.members()) {
            Path status = Path.of("/proc", String.valueOf(member.daemon().pid()), "status");
            long kib = Files.readString(status)
                    .lines()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElse(0);
            largest = Math.max(largest, kib / 1024);
        }
        return largest;
    }
}

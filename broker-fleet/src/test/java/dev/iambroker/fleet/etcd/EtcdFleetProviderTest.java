package dev.iambroker.fleet.etcd;

import static dev.iambroker.fleet.etcd.World.name;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.TokenKind;
import dev.iambroker.fleet.Duty;
import dev.iambroker.fleet.Ending;
import dev.iambroker.fleet.Fleet;
import dev.iambroker.fleet.FleetProvider;
import dev.iambroker.fleet.FleetProvider.Place;
import dev.iambroker.fleet.FleetRefused;
import dev.iambroker.fleet.FleetSettings;
import dev.iambroker.fleet.Renewers;
import dev.iambroker.fleet.Wish;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fleets with their own threads, on an etcd. */
final class EtcdFleetProviderTest {
    private static final AccountName PROD = name("prod");
    private static @Nullable EtcdProcess process;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        String missing = EtcdProcess.missing();
        assumeTrue(missing == null, missing);
        process = EtcdProcess.start(folder);
    }

    @AfterAll
    static void stop() {
        if (process != null) {
            process.close();
        }
    }

    private static EtcdProcess server() {
        if (process == null) {
            throw new IllegalStateException("no etcd");
        }
        return process;
    }

    private static Fleet join(FleetSettings settings) {
        FleetProvider provider =
                ServiceLoader.load(FleetProvider.class).findFirst().orElseThrow();
        var place = new Place("here", "1", InstantSource.system(), System::nanoTime);
        return provider.join(settings, place, new World.LocalStore(), new World.TextFormat());
    }

    private static void until(String what, BooleanSupplier isSo) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!isSo.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as(what).isNegative();
            Thread.sleep(20);
        }
    }

    @Test
    void twoShareALoginAndOneTakesOverWhenTheOtherLeaves() throws Exception {
        var oneHears = new Hearing();
        var twoHears = new Hearing();
        Fleet one = join(server().settings());
        one.renewers().take(Map.of(PROD, PROD));
        one.renewers().begin(oneHears);
        until("one renews", () -> one.renewers().duty(PROD) == Duty.OURS);
        try (Fleet two = join(server().settings())) {
            two.renewers().take(Map.of(PROD, PROD));
            two.renewers().begin(twoHears);
            until("both are there", () -> one.report().members().size() == 2);
            one.sessions().load(PROD);
            one.sessions().save(PROD, World.session("r1"));
            assertThat(twoHears.next("arrived")).isEqualTo("arrived prod");
            assertThat(two.sessions().load(PROD)).isNotNull();
            until(
                    "the view is fresh",
                    () -> two.report().lag().compareTo(Duration.ofSeconds(3)) < 0
                            && one.report().lag().compareTo(Duration.ofSeconds(3)) < 0);
            one.close();
            until("two renews", () -> two.renewers().duty(PROD) == Duty.OURS);
            assertThat(two.report().members()).hasSize(1);
        }
    }

    @Test
    void anEtcdThatHangsForLongerThanALeaseIsMissedAndFoundAgain() throws Exception {
        try (Fleet one = join(server().settings())) {
            one.renewers().take(Map.of(PROD, PROD));
            one.renewers().begin(new Hearing());
            until("one renews", () -> one.renewers().duty(PROD) == Duty.OURS);
            server().hang(true);
            try {
                until("one is adrift", () -> one.renewers().duty(PROD) == Duty.ADRIFT);
                assertThat(one.renewers().adrift()).isGreaterThan(Duration.ofSeconds(10));
            } finally {
                server().hang(false);
            }
            until("one renews again", () -> one.renewers().duty(PROD) == Duty.OURS);
        }
    }

    @Test
    void whoIsConfiguredAsTheServerDoesNotExpectIsRefused() {
        assertThatExceptionOfType(FleetRefused.class)
                .isThrownBy(() -> join(server().settings("ca.pem", "client", "somebody")))
                .withMessageContaining("username");
        assertThatExceptionOfType(FleetRefused.class)
                .isThrownBy(() -> join(server().settings("other.pem", "client", null)))
                .withMessageContaining("ca-file");
    }

    /** What a member hears, as words. */
    private static final class Hearing implements Renewers.Listener {
        private final BlockingQueue<String> words = new LinkedBlockingQueue<>();

        @Nullable
        String next(String word) throws InterruptedException {
            String found = words.poll(10, TimeUnit.SECONDS);
            while (found != null && !found.startsWith(word)) {
                found = words.poll(10, TimeUnit.SECONDS);
            }
            return found;
        }

        @Override
        public void arrived(AccountName account) {
            words.add("arrived " + account);
        }

        @Override
        public void wished(Wish wish) {
            words.add("wished " + wish.account());
        }

        @Override
        public void told(AccountName account, TokenKind kind, @Nullable Ending ending) {
            words.add("told " + account);
        }

        @Override
        public void dutyChanged(AccountName owner) {
            words.add("duty " + owner);
        }
    }
}

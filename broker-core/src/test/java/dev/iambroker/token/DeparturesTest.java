package dev.iambroker.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.Login;
import dev.iambroker.account.TokenKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class DeparturesTest {
    private final ManualTime time = new ManualTime();
    private final Governor governor =
            new Governor("https://iam.test", time, new AlarmClock(time, time), new Airspace());
    private final Departures departures = new Departures();

    @Test
    void nobodyWaits_theOneThatFailsFirstGoesFirst() {
        departures.add(planned("c", 30));
        departures.add(planned("a", 10));
        departures.add(planned("b", 20));
        assertThat(order()).containsExactly("a", "b", "c");
    }

    @Test
    void equallyUrgent_allGo() {
        departures.add(planned("b", 10));
        departures.add(planned("a", 10));
        assertThat(order()).containsExactly("a", "b");
    }

    @Test
    void instantsOfAClockThatWraps_keepTheirOrder() {
        departures.add(planned("late", Long.MIN_VALUE + 5));
        departures.add(planned("soon", Long.MAX_VALUE - 5));
        assertThat(order()).containsExactly("soon", "late");
    }

    @Test
    void callersWhoHaveNothing_goInTheOrderInWhichTheyCame() {
        Flight hastened = planned("hastened", 99);
        departures.add(hastened);
        departures.add(awaited("first"));
        hastened.await();
        departures.hasten(hastened);
        departures.add(awaited("third"));
        assertThat(order()).containsExactly("first", "hastened", "third");
    }

    @Test
    void hastenedAfterItWent_doesNotComeBack() {
        Flight gone = planned("gone", 1);
        departures.add(gone);
        departures.take(true);
        gone.await();
        departures.hasten(gone);
        assertThat(departures.isEmpty()).isTrue();
    }

    @Test
    void callersWithoutEnd_leaveEveryFourthDepartureToThePlan() {
        for (int i = 0; i < 8; i++) {
            departures.add(awaited("w" + i));
        }
        departures.add(planned("p0", 1));
        departures.add(planned("p1", 2));
        assertThat(order()).containsExactly("w0", "w1", "w2", "p0", "w3", "w4", "w5", "p1", "w6", "w7");
    }

    @Test
    void sessionThatIsBusy_isPassedOverUntilItsFlightHasEnded() {
        ManagedAccount owner = managed("owner");
        Flight first = flight(owner, TokenKind.ACCESS, 1, /* awaited= */ false);
        departures.add(first);
        departures.add(flight(owner, TokenKind.KUBE, 2, /* awaited= */ true));
        Flight other = planned("other", 3);
        departures.add(other);

        assertThat(Objects.requireNonNull(departures.take(true)).key().kind()).isEqualTo(TokenKind.KUBE);
        assertThat(departures.take(true)).isEqualTo(other);
        assertThat(departures.take(true)).isNull();
        assertThat(departures.isEmpty()).isFalse();
        departures.ended(first);
        assertThat(departures.take(true)).isEqualTo(first);
    }

    @Test
    void noRoom_callersAndClustersGoAllTheSame() {
        departures.add(planned("p", 1));
        departures.add(awaited("w"));
        assertThat(Objects.requireNonNull(departures.take(false))
                        .key()
                        .account()
                        .value())
                .isEqualTo("w");
        assertThat(departures.take(false)).isNull();
        assertThat(departures.isEmpty()).isFalse();
        assertThat(departures.take(true)).isNotNull();
    }

    @Test
    void crowd_isInTheAirUpToTheLimitAndGoesOnAsItLands() {
        List<Flight> aloft = new ArrayList<>();
        Airspace airspace = new Airspace();
        List<Governor> iams = IntStream.range(0, 4)
                .mapToObj(i -> new Governor("https://iam" + i + ".test", time, new AlarmClock(time, time), airspace))
                .toList();
        iams.forEach(iam -> IntStream.range(0, 25).forEach(i -> submit(iam, "a" + i, false, aloft)));
        assertThat(aloft)
                .as("25 and 23 of the first two, the least of the others")
                .hasSize(Airspace.MOST + 4);

        submit(iams.get(3), "caller", true, aloft);
        assertThat(aloft).as("a caller does not wait for room").hasSize(Airspace.MOST + 5);

        for (int i = 0; i < aloft.size(); i++) {
            aloft.get(i).governor().landed(aloft.get(i));
        }
        assertThat(aloft).hasSize(4 * 25 + 1);
        assertThat(airspace.hasRoom(Airspace.LEAST_OF_ONE)).isTrue();
    }

    private static void submit(Governor iam, String name, boolean awaited, List<Flight> aloft) {
        ManagedAccount account = managed(name);
        iam.submit(new Flight(account, key(account, TokenKind.ACCESS), iam, 0, 99, true, awaited, aloft::add));
    }

    @Test
    void manyThreads_askHastenAndLand_everyFlightGoesOnceAndNoneIsForgotten() throws Exception {
        AtomicLong nanos = new AtomicLong(1);
        Time clock = new SteppedTime(nanos);
        AlarmClock alarms = new AlarmClock(clock, delayNanos -> {});
        Governor busy = new Governor("https://busy.test", clock, alarms, new Airspace());
        AtomicInteger departed = new AtomicInteger();
        int flights = 2_000;
        List<ManagedAccount> sessions =
                IntStream.range(0, 50).mapToObj(i -> managed("s" + i)).toList();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < flights; i++) {
                ManagedAccount account = sessions.get(i % sessions.size());
                Flight flight = new Flight(account, key(account, TokenKind.ACCESS), busy, 0, i, true, false, self -> {
                    departed.incrementAndGet();
                    threads.execute(() -> busy.landed(self));
                });
                threads.execute(() -> busy.submit(flight));
                threads.execute(() -> busy.hasten(flight));
                nanos.addAndGet(ThreadLocalRandom.current().nextLong(80_000_000));
                alarms.ring();
            }
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (departed.get() < flights && System.nanoTime() < end) {
                nanos.addAndGet(1_000_000_000);
                alarms.ring();
                Thread.onSpinWait();
            }
        }
        assertThat(departed.get()).isEqualTo(flights);
    }

    private record SteppedTime(AtomicLong nanosSinceBegin) implements Time {
        @Override
        public Instant now() {
            return Instant.EPOCH.plusNanos(nanosSinceBegin.get());
        }

        @Override
        public long nanos() {
            return nanosSinceBegin.get();
        }
    }

    private List<String> order() {
        List<String> order = new ArrayList<>();
        for (Flight next = departures.take(true); next != null; next = departures.take(true)) {
            order.add(next.key().account().value());
        }
        return order;
    }

    private Flight planned(String name, long failsNanos) {
        return flight(managed(name), TokenKind.ACCESS, failsNanos, /* awaited= */ false);
    }

    private Flight awaited(String name) {
        return flight(managed(name), TokenKind.ACCESS, 0, /* awaited= */ true);
    }

    private Flight flight(ManagedAccount account, TokenKind kind, long failsNanos, boolean awaited) {
        return new Flight(account, key(account, kind), governor, 0, failsNanos, true, awaited, flight -> {});
    }

    private static TokenKey key(ManagedAccount account, TokenKind kind) {
        return new TokenKey(account.name(), kind);
    }

    private static ManagedAccount managed(String name) {
        Account account = Bench.account(new AccountName(name), new Login.Passcode());
        return ManagedAccount.of(account, ManagedAccount.emptySession(account.login()));
    }
}

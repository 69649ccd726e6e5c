package dev.iambroker.fleet.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.iambroker.fleet.FleetRefused;
import dev.iambroker.fleet.etcd.Etcd.Change;
import dev.iambroker.fleet.etcd.Etcd.Guard;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The adapter against an etcd. */
final class JetcdEtcdTest {
    private static @Nullable EtcdProcess process;

    private Etcd etcd;

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

    @BeforeEach
    void connect() {
        etcd = new JetcdEtcd(server().settings());
    }

    private static EtcdProcess server() {
        if (process == null) {
            throw new IllegalStateException("no etcd");
        }
        return process;
    }

    @AfterEach
    void disconnect() {
        etcd.close();
    }

    @Test
    void writesWhereEveryGuardHolds() {
        Etcd.Outcome first = etcd.commit(
                List.of(new Guard.Unchanged("/t/one", 0)), List.of(new Change.Put("/t/one", Bytes.of("a"), 0)));
        Etcd.Outcome again = etcd.commit(
                List.of(new Guard.Unchanged("/t/one", 0)), List.of(new Change.Put("/t/one", Bytes.of("b"), 0)));
        Etcd.Outcome next = etcd.commit(
                List.of(new Guard.Unchanged("/t/one", first.revision()), new Guard.Holds("/t/one", Bytes.of("a"))),
                List.of(new Change.Put("/t/one", Bytes.of("c"), 0)));

        assertThat(first.isDone()).isTrue();
        assertThat(again.isDone()).isFalse();
        assertThat(next.isDone()).isTrue();
        assertThat(etcd.get("/t/one"))
                .extracting(Etcd.Entry::value, Etcd.Entry::modRevision)
                .containsExactly(Bytes.of("c"), next.revision());
        assertThat(etcd.get("/t/none")).isNull();
    }

    @Test
    void triesEachOfManyByItself() {
        etcd.commit(List.of(), List.of(new Change.Put("/each/7", Bytes.of("taken"), 0)));
        List<Etcd.Transaction> claims = IntStream.range(0, Etcd.MOST_IN_ONE)
                .mapToObj(at -> new Etcd.Transaction(
                        List.of(new Guard.Unchanged("/each/" + at, 0)),
                        List.of(new Change.Put("/each/" + at, Bytes.of("mine"), 0), new Change.Delete("/want/" + at))))
                .toList();

        List<Etcd.Outcome> outcomes = etcd.commitEach(claims);

        assertThat(outcomes).hasSize(claims.size());
        for (int at = 0; at < outcomes.size(); at++) {
            assertThat(outcomes.get(at).isDone()).isEqualTo(at != 7);
        }
        Etcd.Entry mine = Objects.requireNonNull(etcd.get("/each/8"));
        assertThat(mine.value()).isEqualTo(Bytes.of("mine"));
        assertThat(mine.modRevision()).isEqualTo(outcomes.get(8).revision());
        assertThat(Objects.requireNonNull(etcd.get("/each/7")).value()).isEqualTo(Bytes.of("taken"));
    }

    @Test
    void ofManyAnotherLeaseThatIsGoneStopsNone() {
        List<Etcd.Transaction> handOvers = IntStream.range(0, 9)
                .mapToObj(at -> new Etcd.Transaction(
                        List.of(), List.of(new Change.Put("/over/" + at, Bytes.of("x"), at == 4 ? 4711 : 0))))
                .toList();

        assertThat(etcd.commitEach(handOvers))
                .extracting(Etcd.Outcome::isDone)
                .containsExactly(true, true, true, true, false, true, true, true, true);
        assertThat(etcd.get("/over/8")).isNotNull();
    }

    @Test
    void listsMoreThanAPageAtOneRevision() {
        for (int from = 0; from < 2_500; from += 100) {
            List<Change> changes = new ArrayList<>();
            for (int at = from; at < from + 100; at++) {
                changes.add(new Change.Put("/many/" + at, Bytes.of("v" + at), 0));
            }
            etcd.commit(List.of(), changes);
        }

        Etcd.Page page = etcd.list("/many/");

        assertThat(page.entries()).hasSize(2_500).doesNotHaveDuplicates();
        assertThat(page.revision()).isGreaterThanOrEqualTo(2_500 / 100);
    }

    @Test
    void aLeaseThatIsGoneIsNoFailure() {
        Etcd.Granted granted = etcd.grant(Duration.ofSeconds(10));
        etcd.commit(List.of(), List.of(new Change.Put("/leased", Bytes.of("a"), granted.lease())));

        assertThat(etcd.keepAlive(granted.lease())).isEqualTo(Duration.ofSeconds(10));
        assertThat(etcd.get("/leased")).extracting(Etcd.Entry::lease).isEqualTo(granted.lease());
        etcd.revoke(granted.lease());

        assertThat(etcd.get("/leased")).isNull();
        assertThat(etcd.keepAlive(granted.lease())).isEqualTo(Duration.ZERO);
        assertThat(etcd.commit(List.of(), List.of(new Change.Put("/leased", Bytes.of("a"), granted.lease())))
                        .isDone())
                .isFalse();
        etcd.revoke(granted.lease());
    }

    @Test
    void tellsEveryChangeFromARevisionOnAndWhenItHasCaughtUp() throws Exception {
        Etcd.Page before = etcd.list("/watched/");
        etcd.commit(List.of(), List.of(new Change.Put("/watched/a", Bytes.of("1"), 0)));
        var told = new Told();
        try (Etcd.Watching watching = etcd.watch("/watched/", before.revision() + 1, told)) {
            assertThat(told.next()).isEqualTo("put /watched/a");
            etcd.commit(List.of(), List.of(new Change.Delete("/watched/a")));
            assertThat(told.next()).isEqualTo("delete /watched/a");
            watching.askProgress();
            assertThat(told.next()).isEqualTo("caught up");
        }
    }

    @Test
    void aWatchEndsWhereTheClientConnectsAnew() throws Exception {
        var told = new Told();
        Etcd.Watching watching = etcd.watch("/ended/", etcd.list("/ended/").revision() + 1, told);
        etcd.commit(List.of(), List.of(new Change.Put("/ended/a", Bytes.of("1"), 0)));
        assertThat(told.next()).isEqualTo("put /ended/a");
        etcd.reconnect();
        assertThat(told.next()).isEqualTo("ended");
        assertThat(etcd.get("/ended/a")).isNotNull();
        watching.close();
    }

    @Test
    void aServerThatHangsIsUnavailableWithinSeconds() throws Exception {
        Etcd.Granted granted = etcd.grant(Duration.ofSeconds(60));
        server().hang(true);
        try {
            long before = System.nanoTime();
            assertThatExceptionOfType(EtcdUnavailable.class).isThrownBy(() -> etcd.keepAlive(granted.lease()));
            assertThatExceptionOfType(EtcdUnavailable.class).isThrownBy(() -> etcd.get("/any"));
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
        } finally {
            server().hang(false);
        }
        etcd.reconnect();
        assertThat(etcd.keepAlive(granted.lease())).isPositive();
    }

    @Test
    void anEtcdOfAnotherAuthorityIsRefused() {
        try (var other = new JetcdEtcd(server().settings("other.pem", "client", null))) {
            assertThatExceptionOfType(FleetRefused.class)
                    .isThrownBy(() -> other.get("/any"))
                    .withMessageContaining("ca-file");
        }
    }

    @Test
    void aMemberWithoutACertificateIsToldSo() {
        try (var other = new JetcdEtcd(server().settings("ca.pem", null, null))) {
            assertThatExceptionOfType(FleetRefused.class)
                    .isThrownBy(() -> other.get("/any"))
                    .withMessageContaining("cert-file");
        }
    }

    @Test
    void aUserThatEtcdDoesNotTakeIsRefused() throws Exception {
        try (var other = new JetcdEtcd(server().settings("ca.pem", "client", "somebody"))) {
            assertThatExceptionOfType(FleetRefused.class)
                    .isThrownBy(() -> other.get("/any"))
                    .withMessageContaining("knows no users");
        }
        server().control("user", "add", "root:secret");
        server().control("user", "grant-role", "root", "root");
        server().control("auth", "enable");
        try (var other = new JetcdEtcd(server().settings("ca.pem", "client", "root"))) {
            assertThatExceptionOfType(FleetRefused.class)
                    .isThrownBy(() -> other.get("/any"))
                    .withMessageContaining("username and password");
        } finally {
            server().control("--user", "root:secret", "auth", "disable");
        }
    }

    @Test
    void filesThatAreNoneAreRefused() {
        assertThatExceptionOfType(FleetRefused.class)
                .isThrownBy(() -> new JetcdEtcd(server().settings("absent.pem", "client", null)))
                .withMessageContaining("absent.pem");
    }

    /** What a watch tells, as words. */
    private static final class Told implements Etcd.Observer {
        private final BlockingQueue<String> words = new LinkedBlockingQueue<>();

        @Nullable
        String next() throws InterruptedException {
            return words.poll(10, TimeUnit.SECONDS);
        }

        @Override
        public void changed(List<Etcd.Event> events) {
            events.forEach(event -> words.add(
                    (event.isDeleted() ? "delete " : "put ") + event.entry().key()));
        }

        @Override
        public void caughtUp() {
            words.add("caught up");
        }

        @Override
        public void ended(String reason) {
            words.add("ended");
        }
    }
}

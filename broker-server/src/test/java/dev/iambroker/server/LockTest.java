package dev.iambroker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.emulator.settings.Rotation;
import dev.iambroker.server.UnixCaller.Answer;
import dev.iambroker.server.http.FakeBroker;
import dev.iambroker.server.http.FakeLock;
import dev.iambroker.server.http.FakeShares;
import dev.iambroker.server.http.KubeconfigTemplate;
import dev.iambroker.server.http.MetadataSessions;
import dev.iambroker.server.http.MetricsExposition;
import dev.iambroker.server.http.Routes;
import dev.iambroker.server.http.TokenAnswers;
import dev.iambroker.server.store.FaultyFileOps;
import dev.iambroker.server.store.FaultyFileOps.CrashPoint;
import dev.iambroker.server.store.FileOps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The whole daemon, locked. */
final class LockTest {
    private static final String PASSPHRASE = "correct-horse-battery-canary";
    private static final String LOCK = "{\"passphrase\":\"" + PASSPHRASE + "\"}";

    /** What is answered all the same; everything else is 423. */
    private static final Map<String, Integer> STILL_ANSWERED = Map.ofEntries(
            Map.entry("GET /v1/accounts", 200),
            Map.entry("GET /v1/accounts/{a}", 200),
            Map.entry("GET /v1/accounts/{a}/history", 200),
            Map.entry("GET /livez", 200),
            Map.entry("GET /readyz", 200),
            Map.entry("GET /readyz/{a}", 503),
            Map.entry("GET /metrics", 200),
            // The policy alone, and a request without parameters.
            Map.entry("GET /v1/explain", 400),
            Map.entry("GET /v1/shares", 200),
            Map.entry("POST /v1/unshare", 200),
            // There is none.
            Map.entry("GET /v1/fleet", 404),
            // By a wrong passphrase.
            Map.entry("POST /v1/unlock", 403));

    private final CollectedLog log = new CollectedLog();
    private final ManualTime time = new ManualTime();
    private final SmallCloud cloud = SmallCloud.on(time);

    @TempDir
    private Path temp;

    @BeforeEach
    void rotate() {
        cloud.emulator().settings().rotation(Rotation.OVERLAPPING);
    }

    @AfterEach
    void end() {
        cloud.close();
        assertThat(log.lines()).noneMatch(line -> line.contains(PASSPHRASE));
        log.close();
    }

    private ManualDaemon start(FileOps files) throws IOException {
        return ManualDaemon.start(temp, SmallCloud.accounts(temp), cloud, time, 7, files);
    }

    private ManualDaemon start() throws IOException {
        return start(FileOps.posix());
    }

    /** With every account logged in and served. */
    private ManualDaemon served(FileOps files) throws Exception {
        ManualDaemon daemon = start(files);
        try (var caller = daemon.caller()) {
            daemon.advance(Duration.ZERO);
            cloud.logInByPasscode(caller);
            assertServed(caller);
        }
        return daemon;
    }

    private static void assertServed(UnixCaller caller) throws IOException {
        for (String alias : SmallCloud.ALIASES) {
            for (String kind : List.of("access", "kube")) {
                Answer answer = caller.get("/v1/accounts/" + alias + "/token?kind=" + kind);
                assertThat(answer.status()).as("%s", answer).isEqualTo(200);
            }
        }
    }

    /** What the kernel has cannot be taken back: the buffer of a socket. */
    private static final int IN_THE_KERNEL = 256 * 1024;

    @Test
    void lock_tokensAnsweredAndNotTaken_leaveNoMore() throws Exception {
        try (var daemon = served(FileOps.posix());
                var admin = daemon.caller();
                var greedy = daemon.caller()) {
            String token = "GET /v1/accounts/" + SmallCloud.ALIASES.getFirst() + "/token HTTP/1.1\r\nHost: x\r\n\r\n";
            greedy.send(token.repeat(1500));
            for (int i = 0; i < 50; i++) {
                assertServed(admin);
            }
            lock(admin);
            assertThat(greedy.lengthOfRest()).isPositive().isLessThan(IN_THE_KERNEL);
        }
    }

    private static Answer lock(UnixCaller caller) throws IOException {
        Answer answer = caller.post("/v1/lock", LOCK);
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        return answer;
    }

    private static void unlock(UnixCaller caller) throws IOException {
        Answer answer = caller.post("/v1/unlock", LOCK);
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"locked\":false}");
    }

    private static void assertLocked(UnixCaller caller) throws IOException {
        for (String alias : SmallCloud.ALIASES) {
            assertThat(caller.get("/v1/accounts/" + alias + "/token").status()).isEqualTo(423);
            assertThat(caller.get("/v1/accounts/" + alias).text("state")).isEqualTo("locked");
        }
    }

    private void assertNoLoginWasNeeded() {
        assertThat(cloud.emulator().count(GrantKind.PASSCODE)).isOne();
        assertThat(cloud.emulator().count(GrantKind.PASSWORD)).isOne();
    }

    static Set<String> routes() {
        MetricsExposition none = accept -> MetricsExposition.Scrape.of("text/plain", "");
        return new HashSet<>(Routes.all(
                        new FakeBroker(),
                        new FakeLock(),
                        new FakeShares(),
                        none,
                        account -> null,
                        new KubeconfigTemplate(Path.of("/opt/iam-broker-credential"), null),
                        List.of(),
                        new TokenAnswers(() -> 0),
                        new MetadataSessions(() -> 0, InstantSource.system()),
                        null,
                        null)
                .names());
    }

    @Test
    void lock_everyRoute_is423ButThoseThatTellHowItStands() throws Exception {
        try (var daemon = served(FileOps.posix());
                var caller = daemon.caller()) {
            assertThat(lock(caller).body()).isEqualTo("{\"locked\":true}");
            long asked = cloud.emulator().requests().size();
            assertThat(routes()).containsAll(STILL_ANSWERED.keySet());
            for (String route : routes()) {
                Answer answer = ask(caller, route);
                int expected = expected(route);
                assertThat(answer.status()).as("%s: %s", route, answer).isEqualTo(expected);
                if (expected == 423 && !route.endsWith("/lock")) {
                    assertThat(answer.text("type")).isEqualTo("urn:iam-broker:problem:locked");
                    assertThat(answer.text("state")).isEqualTo("locked");
                    assertThat(answer.text("hint")).isEqualTo("iam-broker unlock");
                }
            }
            assertThat(caller.get("/readyz").json().path("ready").asBoolean()).isTrue();
            assertThat(caller.get("/metrics").body())
                    .contains("iam_broker_account_state{account=\"by-key\",state=\"locked\"} 1");
            assertThat(cloud.emulator().requests()).hasSize((int) asked);
        }
    }

    /** The audit log is not locked, and here there is none. IAM knows no 423. */
    private static int expected(String route) {
        if (route.startsWith("PUT ") || route.equals("POST /identity/token")) {
            return 503;
        }
        if (route.contains("/iam_token")) {
            // There is no session.
            return 401;
        }
        return route.startsWith("GET /v1/audit/") ? 404 : STILL_ANSWERED.getOrDefault(route, 423);
    }

    static Answer ask(UnixCaller caller, String route) throws IOException {
        String[] words = route.split(" ");
        String path = words[1].replace("{a}", "by-key").replace("{c}", "c1");
        if (words[0].equals("GET")) {
            return caller.get(path);
        }
        if (path.equals("/identity/token")) {
            return caller.form(path, "grant_type=urn:ibm:params:oauth:grant-type:apikey&apikey=by-key:");
        }
        if (words[0].equals("PUT")) {
            return caller.call("PUT", path, null, "Metadata-Flavor: ibm");
        }
        return caller.post(
                path.equals("/v1/kube-credential") ? path + "?account=by-key" : path,
                path.endsWith("lock") ? "{\"passphrase\":\"another-passphrase\"}" : "{}");
    }

    /** It is answered by what was found out before, and what was found out is over. */
    @Test
    void lock_connectionThatRepeatsItself_isToldAtOnce_andServedAfterTheUnlock() throws Exception {
        try (var daemon = served(FileOps.posix());
                var admin = daemon.caller();
                var caller = daemon.caller()) {
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < 5; i++) {
                    assertThat(caller.get("/v1/accounts/by-key/token").status()).isEqualTo(200);
                }
                lock(admin);
                assertThat(caller.get("/v1/accounts/by-key/token").status()).isEqualTo(423);
                unlock(admin);
                daemon.advance(Duration.ofSeconds(1));
            }
        }
    }

    @Test
    void lock_forADay_asksNothingOfIamAndServesAfterIt() throws Exception {
        try (var daemon = served(FileOps.posix());
                var caller = daemon.caller()) {
            lock(caller);
            long asked = cloud.emulator().requests().size();
            daemon.advance(Duration.ofHours(24));
            assertThat(cloud.emulator().requests()).hasSize((int) asked);
            assertLocked(caller);
            unlock(caller);
            daemon.advance(Duration.ofSeconds(1));
            assertServed(caller);
            daemon.advance(Duration.ofHours(24));
            assertServed(caller);
            assertNoLoginWasNeeded();
        }
    }

    @Test
    void lock_killed_isLockedAfterTheRestartAndUnlocksWithoutALogin() throws Exception {
        try (var daemon = served(FileOps.posix());
                var caller = daemon.caller()) {
            lock(caller);
            daemon.die();
        }
        try (var next = start();
                var caller = next.caller()) {
            next.advance(Duration.ofHours(3));
            assertLocked(caller);
            assertThat(caller.get("/readyz").status()).isEqualTo(200);
            assertThat(log.lines()).anyMatch(line -> line.contains("the broker is locked: nothing is served"));
            unlock(caller);
            next.advance(Duration.ofSeconds(1));
            assertServed(caller);
            assertNoLoginWasNeeded();
        }
        try (var third = start();
                var caller = third.caller()) {
            assertServed(caller);
        }
    }

    /** Whatever the moment: it is locked or open, whole, and no login is lost. */
    @ParameterizedTest
    @EnumSource
    void crash_whileTheLockIsWritten_leavesItLockedOrOpen(CrashPoint point) throws Exception {
        AtomicBoolean isArmed = new AtomicBoolean();
        var disk = new FaultyFileOps((reached, file) -> {
            if (isArmed.get() && reached == point && !file.toString().contains("/sessions")) {
                throw new FaultyFileOps.Crash("at " + reached);
            }
        });
        try (var daemon = served(disk);
                var caller = daemon.caller()) {
            isArmed.set(true);
            assertThat(caller.post("/v1/lock", LOCK).status()).isEqualTo(500);
            daemon.die();
        }
        disk.losePower(new Random(11));
        assertWholeAfterCrash();
    }

    @ParameterizedTest
    @EnumSource
    void crash_whileTheLockIsLifted_leavesItLockedOrOpen(CrashPoint point) throws Exception {
        AtomicBoolean isArmed = new AtomicBoolean();
        var disk = new FaultyFileOps((reached, file) -> {
            if (isArmed.get() && reached == point && !file.toString().contains("/sessions")) {
                throw new FaultyFileOps.Crash("at " + reached);
            }
        });
        try (var daemon = served(disk);
                var caller = daemon.caller()) {
            lock(caller);
            isArmed.set(true);
            assertThat(caller.post("/v1/unlock", LOCK).status()).isEqualTo(500);
            daemon.die();
        }
        disk.losePower(new Random(11));
        assertWholeAfterCrash();
    }

    private void assertWholeAfterCrash() throws Exception {
        try (var next = start();
                var caller = next.caller()) {
            next.advance(Duration.ofSeconds(1));
            if (caller.get("/v1/accounts/by-key").text("state").equals("locked")) {
                assertLocked(caller);
                unlock(caller);
                next.advance(Duration.ofSeconds(1));
            }
            assertServed(caller);
            assertNoLoginWasNeeded();
        }
    }

    @Test
    void reload_whileLocked_changesNothingAndSaysSo() throws Exception {
        try (var daemon = served(FileOps.posix());
                var caller = daemon.caller()) {
            lock(caller);
            assertThatThrownBy(() -> daemon.reload(""))
                    .isInstanceOf(TakenOverLater.class)
                    .hasMessageStartingWith("the broker is locked: rights that are no more are gone now");
            assertLocked(caller);
            unlock(caller);
            daemon.reload("clients: []");
        }
    }

    private static Path fifo(Path path) throws Exception {
        assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor())
                .isZero();
        return path;
    }

    /** A secret that a command prints may take seconds; the lock takes none of them. */
    @Test
    void lock_whileAReloadWaitsForASecret_isAtOnce() throws Exception {
        Path started = fifo(temp.resolve("started"));
        Path secret = fifo(temp.resolve("secret"));
        String slow = "clients: [ { name: slow, match: { secret: { command: [sh, -c, 'echo > " + started + "; cat "
                + secret + "'] } }, allow: ['access:*'] } ]";
        var reload = new CompletableFuture<@Nullable Void>();
        try (var daemon = served(FileOps.posix());
                var caller = daemon.caller()) {
            Thread.ofVirtual().start(() -> {
                try {
                    daemon.reload(slow);
                    reload.complete(null);
                } catch (IOException | RuntimeException e) {
                    reload.completeExceptionally(e);
                }
            });
            Files.readString(started);
            lock(caller);
            assertThat(reload).isNotDone();
            assertLocked(caller);
            Files.writeString(secret, "a-secret-of-a-client\n");
            assertThatThrownBy(() -> reload.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(TakenOverLater.class);
            unlock(caller);
            daemon.advance(Duration.ofSeconds(1));
            assertServed(caller);
        }
    }

    /** A reload that came while a lock was tried must not be lost with it. */
    @Test
    void lock_failsWhileAReloadIsPutOff_theReloadIsAskedForAgain() throws Exception {
        AtomicBoolean isArmed = new AtomicBoolean();
        AtomicReference<@Nullable ManualDaemon> running = new AtomicReference<>();
        AtomicInteger asked = new AtomicInteger();
        var disk = new FaultyFileOps((reached, file) -> {
            ManualDaemon daemon = running.get();
            if (daemon != null && isArmed.compareAndSet(true, false)) {
                assertThatThrownBy(() -> daemon.reload("")).isInstanceOf(TakenOverLater.class);
                throw new IOException("no space left on device");
            }
        });
        try (var daemon = served(disk);
                var caller = daemon.caller()) {
            daemon.reloadBy(asked::incrementAndGet);
            running.set(daemon);
            isArmed.set(true);
            assertThat(caller.post("/v1/lock", LOCK).status()).isEqualTo(500);
            assertThat(asked).hasValue(1);
            assertServed(caller);
        }
    }

    @Test
    void unlock_wrongPassphrase_isRefusedWithWordsAndADelay() throws Exception {
        try (var daemon = served(FileOps.posix());
                var caller = daemon.caller()) {
            lock(caller);
            Answer wrong = caller.post("/v1/unlock", "{\"passphrase\":\"not this one\"}");
            assertThat(wrong.status()).isEqualTo(403);
            assertThat(wrong.text("type")).isEqualTo("urn:iam-broker:problem:wrong_passphrase");
            assertThat(wrong.head()).contains("Retry-After: 1");
            Answer tooSoon = caller.post("/v1/unlock", LOCK);
            assertThat(tooSoon.status()).isEqualTo(429);
            assertThat(tooSoon.head()).contains("Retry-After: 1");
            time.pass(Duration.ofSeconds(1));
            unlock(caller);
        }
    }

    @Test
    void lock_shortPassphrase_isRefused() throws Exception {
        try (var daemon = served(FileOps.posix());
                var caller = daemon.caller()) {
            for (String bad : List.of("", "short77")) {
                assertThat(caller.post("/v1/lock", "{\"passphrase\":\"" + bad + "\"}")
                                .status())
                        .isEqualTo(400);
            }
            assertThat(caller.post("/v1/lock", "{}").status()).isEqualTo(400);
            assertServed(caller);
        }
    }
}

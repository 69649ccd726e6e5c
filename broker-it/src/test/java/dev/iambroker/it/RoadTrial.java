package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.emulator.settings.Rotation;
import dev.iambroker.it.harness.Answer;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.HandedToken;
import dev.iambroker.it.harness.UnixHttp;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * One daemon, and for each bad road to IAM a set of accounts whose endpoints lie at its end. All roads are spoilt at the same time,
 * every kind of caller asks, the roads are healed, and the daemon is left to itself. What was seen is kept for the tests to judge.
 */
final class RoadTrial {
    /** What a cold caller says it waits. */
    static final Duration WAIT = Duration.ofSeconds(3);
    /** For a renewal under way to reach its deadline (15 s), and for the next attempt after it. */
    private static final Duration RECOVERY = Duration.ofSeconds(40);

    private static final int ASKS = 30;
    private static final long BETWEEN_RENEWALS_MILLIS = 300;
    private static final List<String> COLD = List.of("cold", "kube", "passcode");

    private final EmulatedCloud cloud;
    private final Workplace place;
    private final List<? extends BadRoad> roads;
    private final Map<String, Seen> seen = new TreeMap<>();

    /** One answer and how long it took. */
    record Timed(Answer answer, Duration took) {}

    /**
     * What was seen on one road.
     *
     * @param cached answers to those whose token is in the cache
     * @param cold answers to those who must wait for IAM
     * @param renewals answers to forced renewals of the session whose refresh tokens rotate
     * @param recovered how long after the healing the last of its accounts was valid again
     * @param after answers to all, then
     */
    record Seen(List<Timed> cached, List<Timed> cold, List<Timed> renewals, Duration recovered, List<Timed> after) {}

    RoadTrial(EmulatedCloud cloud, Workplace place, List<? extends BadRoad> roads) {
        this.cloud = cloud;
        this.place = place;
        this.roads = roads;
    }

    /** The file that the daemon is to be started with. */
    void configure() throws IOException {
        cloud.emulator().settings().rotation(Rotation.OVERLAPPING);
        place.secret("key", EmulatedCloud.PROD_API_KEY);
        place.secret("password", EmulatedCloud.PASSWORD);
        StringBuilder accounts = new StringBuilder("accounts:\n");
        for (BadRoad road : roads) {
            String endpoints = "endpoints: { iam: \"%1$s\", accounts: \"%1$s\", containers: \"%2$s\" }"
                    .formatted(road.url(), road.url() + "/global");
            for (String byKey : List.of("warm", "cold", "kube")) {
                accounts.append("  %s-%s: { api-key: { file: key }, account-id: %s, %s }\n"
                        .formatted(road.name(), byKey, EmulatedCloud.PROD_ACCOUNT, endpoints));
            }
            accounts.append(
                    "  %s-session: { password: { username: %s, password: { file: password } }, account-id: %s, %s }\n"
                            .formatted(road.name(), EmulatedCloud.USER, EmulatedCloud.PROD_ACCOUNT, endpoints));
            accounts.append("  %s-passcode: { passcode: {}, account-id: %s, %s }\n"
                    .formatted(road.name(), EmulatedCloud.DEV_ACCOUNT, endpoints));
        }
        place.configure("cloud: ibm-cloud\n" + accounts + "refresh: { min-interval: 0s }\n");
    }

    Map<String, Seen> run(Daemon daemon) throws Exception {
        logIn();
        daemon.await("all accounts to be valid", () -> roads.stream().allMatch(this::isWell));
        assertThat(cloud.emulator().count(GrantKind.PASSWORD)).isEqualTo(roads.size());
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Seen>> trials = new ArrayList<>();
            for (BadRoad road : roads) {
                trials.add(callers.submit(() -> tryOut(road)));
            }
            for (int i = 0; i < trials.size(); i++) {
                seen.put(roads.get(i).name(), trials.get(i).get());
            }
        }
        assertNoLoginWasLost();
        return seen;
    }

    private void logIn() throws IOException {
        for (BadRoad road : roads) {
            String passcode = cloud.emulator().addPasscode(cloud.user());
            Answer answer = http().post(
                            "/v1/accounts/" + road.name() + "-passcode/login", "{\"passcode\":\"" + passcode + "\"}");
            assertThat(answer.status()).as("%s", answer).isEqualTo(200);
            assertThat(http().get(token(road, "kube")).status()).isEqualTo(200);
        }
    }

    private boolean isWell(BadRoad road) {
        return List.of("warm", "cold", "kube", "session", "passcode").stream().allMatch(kind -> isWell(road, kind));
    }

    private boolean isWell(BadRoad road, String kind) {
        try {
            return http().get("/v1/accounts/" + road.name() + "-" + kind)
                    .text("state")
                    .equals("valid");
        } catch (IOException e) {
            throw new AssertionError("the daemon does not answer", e);
        }
    }

    private Seen tryOut(BadRoad road) throws Exception {
        road.spoil();
        for (String kind : COLD) {
            http().post("/v1/accounts/" + road.name() + "-" + kind + "/purge", "");
        }
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Timed>> cold = new ArrayList<>();
            for (String kind : COLD) {
                cold.add(callers.submit(() -> get(token(road, kind) + "&wait=" + WAIT.toSeconds())));
            }
            Future<List<Timed>> renewals = callers.submit(() -> renewForAWhile(road));
            List<Timed> cached = askCached(road);
            List<Timed> coldAnswers = gathered(cold);
            road.heal();
            Duration recovered = awaitRecovery(road);
            return new Seen(cached, coldAnswers, renewals.get(), recovered, askAll(road));
        }
    }

    private static List<Timed> gathered(List<Future<Timed>> asked) throws Exception {
        List<Timed> answers = new ArrayList<>();
        for (Future<Timed> each : asked) {
            answers.add(each.get());
        }
        return answers;
    }

    private List<Timed> askCached(BadRoad road) throws IOException {
        List<Timed> answers = new ArrayList<>();
        for (int i = 0; i < ASKS; i++) {
            answers.add(get(token(road, "warm")));
            answers.add(get(token(road, "session")));
        }
        return answers;
    }

    private List<Timed> renewForAWhile(BadRoad road) throws Exception {
        List<Timed> answers = new ArrayList<>();
        long began = System.nanoTime();
        do {
            answers.add(renew(road));
            Thread.sleep(BETWEEN_RENEWALS_MILLIS);
        } while (System.nanoTime() - began < WAIT.toNanos());
        return answers;
    }

    private List<Timed> askAll(BadRoad road) throws IOException {
        List<Timed> answers = new ArrayList<>();
        for (String kind : List.of("warm", "cold", "kube", "session", "passcode")) {
            answers.add(get(token(road, kind)));
        }
        answers.add(renew(road));
        return answers;
    }

    private Duration awaitRecovery(BadRoad road) throws InterruptedException {
        long healed = System.nanoTime();
        while (!isWell(road)) {
            Duration since = Duration.ofNanos(System.nanoTime() - healed);
            assertThat(since).as("%s recovers by itself", road.name()).isLessThan(RECOVERY);
            Thread.sleep(50);
        }
        return Duration.ofNanos(System.nanoTime() - healed);
    }

    /** A fault takes some answers away after IAM has rotated: the refresh token before is then the newest one known. */
    private void assertNoLoginWasLost() {
        assertThat(cloud.emulator().count(GrantKind.PASSWORD))
                .as("logins by password")
                .isEqualTo(roads.size());
        assertThat(cloud.emulator().count(GrantKind.PASSCODE))
                .as("logins by passcode")
                .isEqualTo(roads.size());
        assertThat(cloud.emulator().departures()).isEmpty();
    }

    private Timed renew(BadRoad road) throws IOException {
        long began = System.nanoTime();
        Answer answer = http().post("/v1/accounts/" + road.name() + "-session/refresh", "");
        return new Timed(answer, Duration.ofNanos(System.nanoTime() - began));
    }

    private Timed get(String target) throws IOException {
        long began = System.nanoTime();
        Answer answer = http().get(target);
        return new Timed(answer, Duration.ofNanos(System.nanoTime() - began));
    }

    private static String token(BadRoad road, String kind) {
        return "/v1/accounts/" + road.name() + "-" + kind + "/token?kind=" + (kind.equals("kube") ? "kube" : "access");
    }

    private UnixHttp http() {
        return place.http();
    }

    /** What holds on every bad road. */
    static void assertBorne(Seen seen) {
        assertThat(seen.cached()).allSatisfy(timed -> {
            assertThat(timed.answer().status()).isEqualTo(200);
            assertThat(HandedToken.in(timed.answer()).expiresAt()).isAfter(Instant.now());
            assertThat(timed.took()).as("a cached token's answer").isLessThan(Duration.ofSeconds(1));
        });
        assertThat(median(seen.cached())).isLessThan(Duration.ofMillis(100));
        assertThat(seen.cold()).allSatisfy(timed -> {
            assertThat(timed.answer().status()).as("%s", timed).isIn(200, 503, 504);
            assertThat(timed.took()).as("%s", timed).isLessThan(WAIT.plusSeconds(1));
        });
        assertThat(seen.renewals())
                .allSatisfy(timed ->
                        assertThat(timed.answer().status()).as("%s", timed).isIn(200, 503, 504));
        assertThat(seen.after())
                .allSatisfy(timed ->
                        assertThat(timed.answer().status()).as("%s", timed).isEqualTo(200));
    }

    private static Duration median(List<Timed> answers) {
        return answers.stream().map(Timed::took).sorted().toList().get(answers.size() / 2);
    }

    /** A line on what was seen, for the report of the run. */
    static String summary(String road, Seen seen) {
        return "%-20s cached median %3d ms, most %4d ms; cold %s; renewals %s; well again after %d ms"
                .formatted(
                        road,
                        median(seen.cached()).toMillis(),
                        seen.cached().stream()
                                .mapToLong(timed -> timed.took().toMillis())
                                .max()
                                .orElse(0),
                        told(seen.cold()),
                        told(seen.renewals()),
                        seen.recovered().toMillis());
    }

    private static String told(List<Timed> answers) {
        return answers.stream()
                .limit(3)
                .map(timed -> timed.answer().status() + " in " + timed.took().toMillis() + " ms")
                .toList()
                .toString();
    }
}

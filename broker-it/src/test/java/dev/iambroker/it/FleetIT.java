package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.directory.Identity;
import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.emulator.record.RecordedRequest;
import dev.iambroker.emulator.settings.Rotation;
import dev.iambroker.it.harness.Answer;
import dev.iambroker.it.harness.EtcdCluster;
import dev.iambroker.it.harness.FleetMember;
import dev.iambroker.it.harness.FleetOfBrokers;
import dev.iambroker.it.harness.FleetView;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.SteadyLoad;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.parallel.Isolated;

/** Ten daemons that share two logins by three etcd processes: what each of them does for the others, in one story. */
@Isolated
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class FleetIT {
    private static final int SIZE = 10;
    private static final Duration LIFE = Duration.ofSeconds(30);
    /** For what takes longer than a start on a busy machine. */
    private static final Duration LONG_LIFE = Duration.ofMinutes(10);

    /** At 0.45 to 0.55 of a life, and {@code iat} is in whole seconds. */
    private static final Duration SHORTEST_PERIOD = LIFE.multipliedBy(40).dividedBy(100);

    private static final Duration LONGEST_PERIOD = LIFE.multipliedBy(65).dividedBy(100);
    private static final int PERIODS = 2;
    /** Of what one member brings, at the others. */
    private static final Duration ARRIVAL = Duration.ofSeconds(3);

    private static final Duration TAKEOVER = Duration.ofSeconds(15);
    private static final String ROTATING = "canary-alias-rotating";
    private static final String KEYED = "canary-alias-keyed";
    private static final String API_KEY = "canary-api-key-2d77f0";

    private EmulatedCloud cloud;
    private Workplace secrets;
    private EtcdCluster etcd;
    private FleetOfBrokers fleet;
    private Identity service;

    @BeforeAll
    void start() throws Exception {
        cloud = SampleCloud.start();
        secrets = Workplace.create();
        etcd = EtcdCluster.start();
        cloud.emulator().settings().accessTokenLife(LIFE).idTokenLife(LIFE).rotation(Rotation.OVERLAPPING);
        service = cloud.emulator().addServiceId("canary-service", cloud.prod());
        cloud.emulator().addApiKey(API_KEY, service, cloud.prod());
        secrets.secret("key", API_KEY);
        fleet = new FleetOfBrokers(
                etcd,
                Workplace.endpoints(cloud.emulator())
                        + """
                accounts:
                  %s: { passcode: {}, account-id: %s }
                  %s: { api-key: { file: %s/key }, account-id: %s }
                refresh: { min-interval: 0s }
                """.formatted(
                                        ROTATING,
                                        EmulatedCloud.DEV_ACCOUNT,
                                        KEYED,
                                        secrets.directory(),
                                        EmulatedCloud.PROD_ACCOUNT));
        for (int i = 0; i < SIZE; i++) {
            fleet.add();
        }
        fleet.startAll();
        fleet.awaitWhole();
    }

    @AfterAll
    void end() throws IOException {
        for (AutoCloseable each :
                Stream.of(fleet, etcd, secrets, cloud).filter(Objects::nonNull).toList()) {
            try {
                each.close();
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
        assertThat(cloud.emulator().departures()).isEmpty();
        assertThat(cloud.emulator().retiredUses()).isEmpty();
        assertThat(cloud.emulator().peakInFlightOfASession()).isEqualTo(1);
    }

    private static Answer token(FleetMember member, String account) throws IOException {
        return member.http().get("/v1/accounts/" + account + "/token?wait=20");
    }

    private static void assertServed(FleetMember member, String account) throws IOException {
        Answer answer = token(member, account);
        assertThat(answer.status()).as("%s: %s", account, answer).isEqualTo(200);
    }

    private static boolean isServed(FleetMember member) {
        try {
            return token(member, ROTATING).status() == 200;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void logIn(FleetMember member) throws IOException {
        String passcode = cloud.emulator().addPasscode(cloud.user());
        Answer answer =
                member.http().post("/v1/accounts/" + ROTATING + "/login", "{\"passcode\":\"" + passcode + "\"}");
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
    }

    @Test
    @Order(1)
    void login_atOne_servesAll() throws Exception {
        logIn(fleet.member(1));
        long begin = System.nanoTime();
        while (!fleet.members().stream().allMatch(FleetIT::isServed)) {
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(ARRIVAL);
        }
        System.out.println("fleet: a login at one served all after "
                + Duration.ofNanos(System.nanoTime() - begin).toMillis() + " ms");
        for (FleetMember member : fleet.members()) {
            assertServed(member, KEYED);
        }

        assertThat(cloud.emulator().count(GrantKind.PASSCODE)).isEqualTo(1);
        assertThat(cloud.emulator().count(GrantKind.API_KEY, service)).isEqualTo(1);
        assertThat(cloud.emulator().liveSessions(cloud.user())).isEqualTo(1);
    }

    /** Nobody asked for a kube token yet, so that an account has one token to renew. */
    @Test
    @Order(2)
    void period_ofEachAccount_hasOneRenewal() throws Exception {
        Instant begin = Instant.now();
        Duration watched = LIFE.multipliedBy(57).dividedBy(100).multipliedBy(PERIODS);
        while (Instant.now().isBefore(begin.plus(watched))) {
            for (FleetMember member : fleet.members()) {
                assertServed(member, ROTATING);
                assertServed(member, KEYED);
            }
            Thread.sleep(100);
        }
        List<Instant> refreshes = requests(GrantKind.REFRESH, cloud.user(), begin);
        List<Instant> logins = requests(GrantKind.API_KEY, service, begin);

        assertPeriodic(refreshes);
        assertPeriodic(logins);
        System.out.println("fleet: " + SIZE + " daemons, " + watched.toSeconds() + " s of tokens that live "
                + LIFE.toSeconds() + " s: " + refreshes.size() + " refreshes of the rotating login, " + logins.size()
                + " logins by API key; one a period each");
    }

    private List<Instant> requests(GrantKind grant, Identity identity, Instant since) {
        return cloud.emulator().requests(grant).stream()
                .filter(request -> identity.iamId().equals(request.login()))
                .map(RecordedRequest::at)
                .filter(at -> at.isAfter(since))
                .toList();
    }

    private static void assertPeriodic(List<Instant> times) {
        assertThat(times).hasSizeGreaterThanOrEqualTo(PERIODS);
        for (int i = 1; i < times.size(); i++) {
            assertThat(Duration.between(times.get(i - 1), times.get(i))).isBetween(SHORTEST_PERIOD, LONGEST_PERIOD);
        }
    }

    @Test
    @Order(3)
    void kubeToken_askedOfOneThatDoesNotRenew_arrives() throws Exception {
        for (String account : List.of(ROTATING, KEYED)) {
            FleetMember asked = fleet.other(fleet.renewer(fleet.member(0), account));
            Answer answer = asked.http().get("/v1/accounts/" + account + "/token?kind=kube&wait=20");
            assertThat(answer.status()).as("%s: %s", account, answer).isEqualTo(200);
        }
    }

    @Test
    @Order(4)
    void statusAndMetrics_nameMembersAndRenewers() throws Exception {
        FleetMember member = fleet.member(2);
        FleetView view = member.view();
        Ran text = member.place().run("status", "--fleet");
        Ran json = member.place().run("status", "--fleet", "--output", "json");

        assertThat(text.exitCode()).as(text.all()).isZero();
        assertThat(text.out()).contains(ROTATING, KEYED);
        assertThat(json.exitCode()).as(json.all()).isZero();
        assertThat(json.out()).contains(view.self()).contains(view.renewer(ROTATING));
        Ran doctor = member.place().run("doctor", KEYED);
        assertThat(doctor.out()).containsPattern("fleet +ok +one of " + SIZE + " members, lag ");
        double renewed = 0;
        for (FleetMember each : fleet.members()) {
            assertThat(each.metrics().sum("iam_broker_fleet_members")).isEqualTo(SIZE);
            assertThat(each.metrics().sum("iam_broker_fleet_lag_seconds")).isLessThan(10);
            assertThat(each.metrics().sum("iam_broker_fleet_lost_leases_total")).isZero();
            renewed += each.metrics().sum("iam_broker_fleet_renewer{");
        }
        assertThat(renewed).isEqualTo(2);
    }

    @Test
    @Order(5)
    void renewerKilled_isReplacedInTime_andNobodyIsRefused() throws Exception {
        FleetMember renewer = fleet.renewer(fleet.member(0), ROTATING);
        FleetMember observer = fleet.other(renewer);
        String before = renewer.view().self();
        List<String> held = observer.view().renewedBy(before);
        Duration took;
        try (SteadyLoad callers =
                SteadyLoad.begin(observer.http(), "/v1/accounts/" + ROTATING + "/token?min_ttl=0&wait=10")) {
            callers.awaitAnswers(10);
            long killed = System.nanoTime();
            renewer.kill();
            took = fleet.awaitTakeover(observer, before, held, killed);
            int seen = cloud.emulator().requests(GrantKind.REFRESH).size();
            cloud.emulator().awaitRequests(seen + 1, request -> request.grant() == GrantKind.REFRESH, LONGEST_PERIOD);
            callers.awaitAnswers(10);
            assertThat(callers.failures()).isEmpty();
        }
        assertThat(took).isLessThan(TAKEOVER);
        System.out.println("fleet: a killed renewer was replaced after " + took.toMillis() + " ms");
    }

    /** With an empty disk: all it knows is from etcd. */
    @Test
    @Order(6)
    void coldStart_whileIamIsDown_serves() throws Exception {
        FleetMember down = fleet.members().stream()
                .filter(member -> !member.isRunning())
                .findFirst()
                .orElseThrow();
        down.forget();
        cloud.emulator().settings().accessTokenLife(LONG_LIFE).idTokenLife(LONG_LIFE);
        for (String account : List.of(ROTATING, KEYED)) {
            Answer answer = fleet.other(down).http().post("/v1/accounts/" + account + "/refresh", "");
            assertThat(answer.status()).as("%s: %s", account, answer).isEqualTo(200);
        }
        cloud.emulator().stop();
        try {
            long begin = System.nanoTime();
            down.start();
            for (String account : List.of(ROTATING, KEYED)) {
                Answer answer = down.http().get("/v1/accounts/" + account + "/token?min_ttl=0&wait=2");
                assertThat(answer.status()).as("%s: %s", account, answer).isEqualTo(200);
            }
            System.out.println("fleet: cold start with IAM down, to the first tokens: "
                    + Duration.ofNanos(System.nanoTime() - begin).toMillis() + " ms");
        } finally {
            cloud.emulator().start();
        }
        fleet.awaitWhole();
    }

    @Test
    @Order(7)
    void otherFleetKey_isRefusedInALine() throws Exception {
        try (FleetMember stranger = fleet.stranger()) {
            Ran ran = stranger.program().within(Duration.ofSeconds(60)).run();
            assertThat(ran.exitCode()).as(ran.all()).isNotZero();
            assertThat(ran.err()).contains("the fleet key does not open");
            assertThat(ran.err()).doesNotContain("Exception");
        }
    }

    @Test
    @Order(8)
    void etcd_holdsNothingInClear() throws Exception {
        List<String> held = new ArrayList<>(etcd.files());
        List<EtcdCluster.Entry> dump = etcd.dump();
        assertThat(dump).anyMatch(entry -> entry.key().contains("/session"));
        dump.forEach(entry -> held.add(entry.key() + " " + entry.value()));
        for (String canary : List.of(
                ROTATING,
                KEYED,
                API_KEY,
                cloud.user().iamId(),
                cloud.user().id(),
                service.iamId(),
                EmulatedCloud.USER,
                EmulatedCloud.DEV_ACCOUNT,
                "emulated-refresh-",
                "eyJ")) {
            String base64 = Base64.getEncoder().encodeToString(canary.getBytes(StandardCharsets.UTF_8));
            assertThat(held.stream().filter(text -> text.contains(canary) || text.contains(base64)))
                    .as(canary)
                    .isEmpty();
        }
        System.out.println("fleet: " + dump.size() + " keys in etcd, nothing of " + held.size() + " dumps in clear");
    }

    @Test
    @Order(9)
    void logout_atOne_emptiesAll() throws Exception {
        for (String account : List.of(ROTATING, KEYED)) {
            Answer answer = fleet.member(1).http().post("/v1/accounts/" + account + "/logout", "");
            assertThat(answer.status()).as("%s", answer).isEqualTo(200);
            for (FleetMember member : fleet.members()) {
                member.daemon().await(account + " to be logged out", () -> isRefused(member, account));
            }
        }
        // What it had at IAM is revoked after the answer.
        fleet.member(1)
                .daemon()
                .await("the session to be revoked", () -> cloud.emulator().liveSessions(cloud.user()) == 0);
    }

    private static boolean isRefused(FleetMember member, String account) {
        try {
            return member.http()
                            .get("/v1/accounts/" + account + "/token?wait=0")
                            .status()
                    == 409;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}

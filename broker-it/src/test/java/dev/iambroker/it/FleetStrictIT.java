package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.directory.Identity;
import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.emulator.settings.Rotation;
import dev.iambroker.it.harness.Answer;
import dev.iambroker.it.harness.EtcdCluster;
import dev.iambroker.it.harness.FleetMember;
import dev.iambroker.it.harness.FleetOfBrokers;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * IAM takes a refresh token once, and ends the session of one that comes again. A renewer that dies between IAM's answer and
 * its own word to the fleet takes the session along.
 */
@Isolated
final class FleetStrictIT {
    /** Between the arrival of a request at IAM, when the token is used up, and its answer: less than a lease. */
    private static final Duration HELD = Duration.ofSeconds(3);

    /** A successor presents the token when a renewal is due. */
    private static final Duration LIFE = Duration.ofSeconds(40);

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String BY_PASSCODE = "by-passcode";
    /** In which whoever joined last has taken what is its to renew. */
    private static final Duration HANDOVER = Duration.ofSeconds(3);

    private static final String BY_PASSWORD = "by-password";
    private static final String OTHER_USER = "other@emulated.example";
    private static final String OTHER_PASSWORD = "emulated-other-password";

    private final EmulatedCloud cloud = SampleCloud.start();
    private final Workplace secrets = Workplace.create();
    private EtcdCluster etcd;
    private FleetOfBrokers fleet;

    private final Identity other;

    FleetStrictIT() throws IOException {
        other = cloud.emulator().addUser(OTHER_USER, OTHER_PASSWORD, cloud.prod());
    }

    @BeforeEach
    void start() throws Exception {
        etcd = EtcdCluster.start();
        cloud.emulator().settings().accessTokenLife(LIFE).idTokenLife(LIFE).rotation(Rotation.STRICT_FAMILY);
        secrets.secret("password", OTHER_PASSWORD);
        fleet = new FleetOfBrokers(
                etcd,
                Workplace.endpoints(cloud.emulator())
                        + """
                accounts:
                  %s: { passcode: {}, account-id: %s }
                  %s: { password: { username: %s, password: { file: %s/password } }, account-id: %s }
                refresh: { min-interval: 0s }
                """.formatted(
                                        BY_PASSCODE,
                                        EmulatedCloud.DEV_ACCOUNT,
                                        BY_PASSWORD,
                                        OTHER_USER,
                                        secrets.directory(),
                                        EmulatedCloud.PROD_ACCOUNT));
        fleet.add();
        fleet.add();
        fleet.startAll();
        fleet.awaitWhole();
        logIn(fleet.member(0));
    }

    @AfterEach
    void end() throws IOException {
        if (fleet != null) {
            fleet.close();
        }
        if (etcd != null) {
            etcd.close();
        }
        secrets.close();
        cloud.close();
    }

    private void logIn(FleetMember member) throws IOException {
        String passcode = cloud.emulator().addPasscode(cloud.user());
        Answer answer =
                member.http().post("/v1/accounts/" + BY_PASSCODE + "/login", "{\"passcode\":\"" + passcode + "\"}");
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
    }

    @Test
    void killedBetweenAnswerAndCommit_needsAPerson_andNeverHasTwoSessions() throws Exception {
        FleetMember survivor = loseRenewerOf(BY_PASSCODE);
        try (Watch watch = new Watch(cloud.user())) {
            survivor.daemon().await("the login to be found lost", () -> isIn(survivor, BY_PASSCODE, "login_required"));
            // What the dead one may have sent arrives now, and is too late.
            fleet.members().forEach(FleetMember::join);
            Thread.sleep(HELD);
            assertThat(isIn(survivor, BY_PASSCODE, "login_required")).isTrue();
            logIn(survivor);
            assertThat(isIn(survivor, BY_PASSCODE, "valid")).isTrue();
            assertThat(watch.most()).isEqualTo(1);
        }
        assertThat(cloud.emulator().liveSessions(cloud.user())).isEqualTo(1);
        assertThat(cloud.emulator().retiredUses()).isEmpty();
        System.out.println("fleet: strict rotation: 1 login_required, at most 1 live session, "
                + survivor.metrics().sum("iam_broker_fleet_presented_again_total") + " presented again");
    }

    @Test
    void killedBetweenAnswerAndCommit_ofAPassword_logsInByItself() throws Exception {
        FleetMember survivor = loseRenewerOf(BY_PASSWORD);
        try (Watch watch = new Watch(other)) {
            Answer answer = survivor.http().get("/v1/accounts/" + BY_PASSWORD + "/token?min_ttl=0&wait=2");
            assertThat(answer.status()).as("%s", answer).isEqualTo(200);
            survivor.daemon()
                    .await(
                            "a login by password",
                            () -> cloud.emulator().count(GrantKind.PASSWORD, other) == 2
                                    && isIn(survivor, BY_PASSWORD, "valid"));
            assertThat(watch.most()).isEqualTo(1);
        }
        assertThat(cloud.emulator().liveSessions(other)).isEqualTo(1);
        assertThat(cloud.emulator().retiredUses()).isEmpty();
        System.out.println("fleet: strict rotation: a login by password recovered by itself");
    }

    /** Has the renewer of that account killed when IAM has used up the refresh token and answered, and nobody else knows. */
    private FleetMember loseRenewerOf(String account) throws Exception {
        for (FleetMember member : fleet.members()) {
            member.daemon().await(account + " to be served", () -> isIn(member, account, "valid"));
        }
        Thread.sleep(HANDOVER);
        FleetMember renewer = fleet.renewer(fleet.member(0), account);
        FleetMember survivor = fleet.other(renewer);
        String before = renewer.view().self();
        cloud.emulator().settings().latency(HELD);
        int seen = cloud.emulator().requests(GrantKind.REFRESH).size();
        Thread.ofVirtual().start(() -> refresh(renewer, account));
        cloud.emulator().awaitRequests(seen + 1, request -> request.grant() == GrantKind.REFRESH, PATIENCE);
        renewer.cutOff();
        // Until the answer has come, and what follows from it was tried.
        Thread.sleep(HELD.plusSeconds(1));
        cloud.emulator().settings().latency(Duration.ZERO);
        long killed = System.nanoTime();
        renewer.kill();
        fleet.awaitTakeover(survivor, before, List.of(account), killed);
        return survivor;
    }

    private static void refresh(FleetMember renewer, String account) {
        try {
            System.out.println("fleet: strict rotation: before its end the renewer answered "
                    + renewer.http()
                            .post("/v1/accounts/" + account + "/refresh", "")
                            .status());
        } catch (IOException killed) {
            // Before it could answer.
        }
    }

    private static boolean isIn(FleetMember member, String account, String state) {
        try {
            return member.http().get("/v1/accounts/" + account).text("state").equals(state);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Looks all the time how many sessions of somebody live. */
    private final class Watch implements AutoCloseable {
        private static final long LOOK_NANOS = 1_000_000;

        private final Identity identity;
        private final AtomicInteger most = new AtomicInteger();
        private final AtomicBoolean isOver = new AtomicBoolean();

        Watch(Identity identity) {
            this.identity = identity;
            Thread.ofPlatform().daemon().start(this::look);
        }

        private void look() {
            while (!isOver.get()) {
                most.accumulateAndGet(cloud.emulator().liveSessions(identity), Math::max);
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }

        int most() {
            return most.get();
        }

        @Override
        public void close() {
            isOver.set(true);
        }
    }
}

package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.it.harness.Answer;
import dev.iambroker.it.harness.EtcdCluster;
import dev.iambroker.it.harness.EtcdMember;
import dev.iambroker.it.harness.FleetMember;
import dev.iambroker.it.harness.FleetOfBrokers;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A fleet on an etcd that asks for users, and lets the fleet's touch nothing but what is below its prefix. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FleetUsersIT {
    private static final String PREFIX = "/iam-broker";
    private static final String USER = "fleet-user";
    private static final String STRANGER = "stranger";
    private static final String PASSWORD = "emulated-etcd-password";
    private static final String KEYED = "by-key";

    private EmulatedCloud cloud;
    private Workplace secrets;
    private EtcdCluster etcd;

    @BeforeAll
    void start() throws Exception {
        cloud = SampleCloud.start();
        secrets = Workplace.create();
        secrets.secret("key", EmulatedCloud.PROD_API_KEY);
        etcd = EtcdCluster.start();
        etcd.demandUsers(USER, STRANGER, PASSWORD, PREFIX);
    }

    @AfterAll
    void end() throws IOException {
        if (etcd != null) {
            etcd.close();
        }
        secrets.close();
        cloud.close();
    }

    private FleetOfBrokers fleet(String user, String password) throws IOException {
        return fleet(etcd, user, password);
    }

    private FleetOfBrokers fleet(EtcdCluster cluster, String user, String password) throws IOException {
        Path file = secrets.secret("password-of-" + user, password);
        String accounts = """
                accounts:
                  %s: { api-key: { file: %s/key } }
                refresh: { min-interval: 0s }
                """.formatted(KEYED, secrets.directory());
        return new FleetOfBrokers(
                cluster,
                Workplace.endpoints(cloud.emulator()) + accounts,
                "prefix: %s, username: %s, password: { file: %s }".formatted(PREFIX, user, file));
    }

    @Test
    void userOfThePrefix_isAllThatAFleetNeeds() throws Exception {
        try (FleetOfBrokers fleet = fleet(USER, PASSWORD)) {
            fleet.add();
            fleet.add();
            fleet.startAll();
            fleet.awaitWhole();
            for (FleetMember member : fleet.members()) {
                Answer answer = member.http().get("/v1/accounts/" + KEYED + "/token?wait=20");
                assertThat(answer.status()).as("%s", answer).isEqualTo(200);
            }
            assertThat(etcd.dump()).isNotEmpty().allMatch(entry -> entry.key().startsWith(PREFIX + "/"));
            assertThat(cloud.emulator().count(GrantKind.API_KEY)).isEqualTo(1);
        }
    }

    @Test
    void wrongPassword_isRefusedInALine() throws Exception {
        assertRefused(USER, "not the password", "etcd refuses this broker's user");
    }

    @Test
    void userWithoutTheRole_isRefusedInALine() throws Exception {
        assertRefused(STRANGER, PASSWORD, "readwrite on that prefix");
    }

    @Test
    void tokensOfEtcd_endAllTheTime_nobodyNotices() throws Exception {
        try (EtcdCluster forgetful = EtcdCluster.withTokensOf(Duration.ofSeconds(3))) {
            forgetful.demandUsers(USER, STRANGER, PASSWORD, PREFIX);
            try (FleetOfBrokers fleet = fleet(forgetful, USER, PASSWORD)) {
                fleet.add();
                fleet.add();
                fleet.startAll();
                fleet.awaitWhole();
                for (int life = 0; life < 6; life++) {
                    Thread.sleep(3_000);
                    assertRenewalReachesAll(fleet);
                }
                assertThat(logs(forgetful)).contains("Token is expired");
                restart(forgetful);
                fleet.awaitWhole();
                assertRenewalReachesAll(fleet);
                for (FleetMember member : fleet.members()) {
                    assertThat(member.metrics().sum("iam_broker_fleet_lost_leases_total"))
                            .isZero();
                    assertThat(member.log().lines().filter(line -> line.contains(" WARN ") || line.contains(" ERROR ")))
                            .as("%s", member.log())
                            .hasSizeLessThan(10);
                }
            }
        }
    }

    private static String logs(EtcdCluster cluster) throws IOException {
        StringBuilder logs = new StringBuilder();
        for (EtcdMember member : cluster.members()) {
            logs.append(member.log());
        }
        return logs.toString();
    }

    private static void restart(EtcdCluster cluster) throws Exception {
        for (EtcdMember member : cluster.members()) {
            member.kill();
            member.start();
            cluster.awaitAnswers();
        }
    }

    private void assertRenewalReachesAll(FleetOfBrokers fleet) throws Exception {
        FleetMember renewer = fleet.renewer(fleet.member(0), KEYED);
        String before = token(renewer);
        Answer refreshed = renewer.http().post("/v1/accounts/" + KEYED + "/refresh", "");
        assertThat(refreshed.status()).as("%s", refreshed).isEqualTo(200);
        String token = token(renewer);
        assertThat(token).isNotEqualTo(before);
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (!token(fleet.other(renewer)).equals(token)) {
            assertThat(System.nanoTime()).as("%s", fleet.other(renewer).log()).isLessThan(end);
            Thread.sleep(100);
        }
    }

    private static String token(FleetMember member) throws IOException {
        return member.http()
                .get("/v1/accounts/" + KEYED + "/token")
                .json()
                .path("access_token")
                .stringValue();
    }

    private void assertRefused(String user, String password, String word) throws Exception {
        try (FleetOfBrokers fleet = fleet(user, password)) {
            Ran ran = fleet.add().program().within(Duration.ofSeconds(60)).run();
            assertThat(ran.exitCode()).as(ran.all()).isNotZero();
            assertThat(ran.err()).contains(word).doesNotContain("Exception").doesNotContain(PASSWORD);
        }
    }
}

package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.it.harness.Answer;
import dev.iambroker.it.harness.EtcdCluster;
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
        Path file = secrets.secret("password-of-" + user, password);
        String accounts = "accounts:\n  %s: { api-key: { file: %s/key } }\n".formatted(KEYED, secrets.directory());
        return new FleetOfBrokers(
                etcd,
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

    private void assertRefused(String user, String password, String word) throws Exception {
        try (FleetOfBrokers fleet = fleet(user, password)) {
            Ran ran = fleet.add().program().within(Duration.ofSeconds(60)).run();
            assertThat(ran.exitCode()).as(ran.all()).isNotZero();
            assertThat(ran.err()).contains(word).doesNotContain("Exception").doesNotContain(PASSWORD);
        }
    }
}

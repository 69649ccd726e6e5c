package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.it.harness.Answer;
import dev.iambroker.it.harness.EtcdCluster;
import dev.iambroker.it.harness.FleetMember;
import dev.iambroker.it.harness.FleetOfBrokers;
import dev.iambroker.it.harness.FleetView;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A fleet key that is changed for another, as the documentation says it, and as it should not be done. */
final class FleetKeyIT {
    private static final String PERSON = "person";
    private static final String KEYED = "by-key";
    private static final String ENDED = "logged-out";
    private static final String OLD = FleetOfBrokers.newKey();
    private static final String NEW = FleetOfBrokers.newKey();

    private final List<AutoCloseable> opened = new ArrayList<>();
    private EmulatedCloud cloud;
    private FleetOfBrokers fleet;

    @BeforeEach
    void start() throws Exception {
        cloud = SampleCloud.start();
        opened.add(cloud);
        Workplace secrets = Workplace.create();
        opened.add(secrets);
        secrets.secret("key", EmulatedCloud.PROD_API_KEY);
        EtcdCluster etcd = EtcdCluster.start();
        opened.add(etcd);
        String accounts = """
                accounts:
                  %1$s: { passcode: {}, account-id: %4$s }
                  %2$s: { api-key: { file: %5$s/key } }
                  %3$s: { api-key: { file: %5$s/key } }
                refresh: { min-interval: 0s }
                """.formatted(PERSON, KEYED, ENDED, EmulatedCloud.DEV_ACCOUNT, secrets.directory());
        fleet = new FleetOfBrokers(etcd, Workplace.endpoints(cloud.emulator()) + accounts);
        opened.add(fleet);
        fleet.fleetKey(OLD);
        fleet.add();
        fleet.add();
        fleet.startAll();
        fleet.awaitWhole();
    }

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
    }

    private static Answer post(FleetMember member, String target, String body) throws IOException {
        Answer answer = member.http().post(target, body);
        assertThat(answer.status()).as("%s: %s", target, answer).isEqualTo(200);
        return answer;
    }

    private void logIn(FleetMember member) throws IOException {
        String passcode = cloud.emulator().addPasscode(cloud.user());
        post(member, "/v1/accounts/" + PERSON + "/login", "{\"passcode\":\"" + passcode + "\"}");
    }

    private static int statusOf(FleetMember member, String account) {
        try {
            return member.http()
                    .get("/v1/accounts/" + account + "/token?wait=20")
                    .status();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static FleetView view(FleetMember member) {
        try {
            return member.view();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static double metric(FleetMember member, String name) {
        try {
            return member.metrics().sum(name);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void await(FleetMember member, BooleanSupplier condition) throws Exception {
        member.daemon().await("what was to come", condition);
    }

    /** One after the other, while the others serve. */
    private void roll(String... lines) throws Exception {
        fleet.fleetKey(lines);
        for (FleetMember member : fleet.members()) {
            member.restart();
            fleet.awaitWhole();
            for (FleetMember each : fleet.members()) {
                assertThat(statusOf(each, PERSON)).isEqualTo(200);
                assertThat(statusOf(each, KEYED)).isEqualTo(200);
                assertThat(statusOf(each, ENDED)).isEqualTo(409);
            }
        }
    }

    @Test
    void documentedChange_asksNothingOfIam_andLeavesNothingBehind() throws Exception {
        logIn(fleet.member(0));
        await(fleet.member(1), () -> statusOf(fleet.member(1), PERSON) == 200);
        post(fleet.member(0), "/v1/accounts/" + ENDED + "/logout", "");
        await(fleet.member(1), () -> statusOf(fleet.member(1), ENDED) == 409);
        await(fleet.member(0), () -> statusOf(fleet.member(0), KEYED) == 200);
        int asked = cloud.emulator().requests().size();

        roll(OLD, NEW);
        roll(NEW, OLD);
        long begin = System.nanoTime();
        for (FleetMember member : fleet.members()) {
            await(member, () -> metric(member, "iam_broker_fleet_old_seals") == 0);
        }
        System.out.println("fleet: nothing is sealed by the old key "
                + Duration.ofNanos(System.nanoTime() - begin).toMillis() + " ms after the last restart");
        roll(NEW);

        for (FleetMember member : fleet.members()) {
            assertThat(metric(member, "iam_broker_fleet_unreadable")).isZero();
        }
        assertThat(cloud.emulator().requests()).hasSize(asked);
        fleet.fleetKey(OLD);
        Ran late = fleet.add().program().within(Duration.ofSeconds(60)).run();
        assertThat(late.exitCode()).isNotZero();
        assertThat(late.err()).contains("the fleet key does not open what is under /iam-broker/");
    }

    @Test
    void memberThatWasForgotten_saysSo_andLeavesItsLoginsToTheOthers() throws Exception {
        FleetMember forgotten = fleet.member(0);
        FleetMember changed = fleet.member(1);
        fleet.fleetKey(NEW, OLD);
        changed.restart();
        await(changed, () -> view(changed).isConnected() && view(changed).isClaimed());
        logIn(changed);

        await(forgotten, () -> metric(forgotten, "iam_broker_fleet_unreadable") > 0);
        forgotten.daemon().awaitLog("put the keys of the fleet into state.shared.fleet-key");
        String self = changed.view().self();
        await(changed, () -> view(changed).renewedBy(self).containsAll(List.of(PERSON, KEYED, ENDED)));
        // All three may have come by their rank alone.
        forgotten.daemon().awaitLog("until then this broker renews nothing for the fleet");
        post(changed, "/v1/accounts/" + PERSON + "/refresh", "");
        forgotten.restart();
        fleet.awaitWhole();
        assertThat(statusOf(forgotten, PERSON)).isEqualTo(200);
    }
}

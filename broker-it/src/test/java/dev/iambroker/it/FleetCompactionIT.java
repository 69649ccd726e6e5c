package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.it.harness.Answer;
import dev.iambroker.it.harness.EtcdCluster;
import dev.iambroker.it.harness.FleetMember;
import dev.iambroker.it.harness.FleetOfBrokers;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A member that returns when etcd has forgotten what happened meanwhile. */
final class FleetCompactionIT {
    private static final String RENEWED = "renewed";
    private static final String ENDED = "ended";
    private static final int RENEWALS = 3;

    @Test
    void changesThatEtcdForgot_areFoundAllTheSame() throws Exception {
        try (EmulatedCloud cloud = SampleCloud.start();
                Workplace secrets = Workplace.create();
                EtcdCluster etcd = EtcdCluster.start()) {
            secrets.secret("key", EmulatedCloud.PROD_API_KEY);
            String accounts = """
                    accounts:
                      %s: { api-key: { file: %s/key } }
                      %s: { api-key: { file: %s/key } }
                    refresh: { min-interval: 0s }
                    """.formatted(RENEWED, secrets.directory(), ENDED, secrets.directory());
            try (FleetOfBrokers fleet = new FleetOfBrokers(etcd, Workplace.endpoints(cloud.emulator()) + accounts)) {
                fleet.add();
                fleet.add();
                fleet.startAll();
                fleet.awaitWhole();
                FleetMember away = fleet.member(0);
                FleetMember there = fleet.member(1);
                await(
                        away,
                        () -> ask(away, ENDED).status() == 200
                                && ask(away, RENEWED).status() == 200);
                String before = token(away);

                away.cutOff();
                awaitConnected(away, false);
                awaitRenewerOfAll(there);
                for (int i = 0; i < RENEWALS; i++) {
                    assertDone(there, "/v1/accounts/" + RENEWED + "/refresh");
                }
                assertDone(there, "/v1/accounts/" + ENDED + "/logout");
                etcd.compact();
                away.join();

                awaitConnected(away, true);
                fleet.awaitWhole();
                String now = token(there);
                assertThat(now).isNotEqualTo(before);
                awaitToken(away, now);
                assertThat(ask(away, ENDED).status()).isEqualTo(409);
                // And hears of what comes next, also of what ends in the same second.
                for (int i = 0; i < RENEWALS; i++) {
                    assertDone(there, "/v1/accounts/" + RENEWED + "/refresh");
                    awaitToken(away, token(there));
                }
            }
        }
    }

    private static void assertDone(FleetMember member, String target) throws IOException {
        Answer answer = member.http().post(target, "");
        assertThat(answer.status()).as("%s: %s", target, answer).isEqualTo(200);
    }

    private static Answer ask(FleetMember member, String account) throws IOException {
        return member.http().get("/v1/accounts/" + account + "/token?wait=0");
    }

    private static String token(FleetMember member) throws IOException {
        return ask(member, RENEWED).json().path("access_token").stringValue();
    }

    private static void awaitConnected(FleetMember member, boolean isConnected) throws Exception {
        await(member, () -> member.view().isConnected() == isConnected);
    }

    private static void awaitRenewerOfAll(FleetMember renewer) throws Exception {
        String self = renewer.view().self();
        await(
                renewer,
                () -> renewer.view().renewer(RENEWED).equals(self)
                        && renewer.view().renewer(ENDED).equals(self));
    }

    private static void awaitToken(FleetMember member, String token) throws Exception {
        await(member, () -> token(member).equals(token));
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(FleetMember member, Condition condition) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(40).toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("%s", member.log()).isLessThan(end);
            Thread.sleep(100);
        }
    }
}

package dev.iambroker.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.directory.Account;
import dev.iambroker.emulator.fault.Fault;
import dev.iambroker.emulator.fault.Misbehaviour;
import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.emulator.record.RecordedRequest;
import dev.iambroker.emulator.settings.Rotation;
import dev.iambroker.server.UnixCaller.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole daemon and the ID tokens for clusters: how few requests they take, and what is never handed out. */
@ExtendWith(QuietLog.class)
final class KubeTokenTest {
    private static final String DISCOVERY = "/identity/.well-known/openid-configuration";

    private final ManualTime time = new ManualTime();
    private final SmallCloud cloud = SmallCloud.on(time);

    @TempDir
    private Path temp;

    @AfterEach
    void close() {
        assertThat(cloud.emulator().departures()).isEmpty();
        assertThat(cloud.emulator().peakInFlightOfASession()).isLessThanOrEqualTo(1);
        cloud.close();
    }

    private ManualDaemon start(String more) throws IOException {
        return ManualDaemon.start(temp, SmallCloud.accounts(temp) + more, cloud, time, 1);
    }

    private static Answer plugin(UnixCaller caller, String account) throws IOException {
        return caller.get("/v1/accounts/" + account + "/kube-credential?cluster=c-1");
    }

    private List<GrantKind> grantsSince(int before) {
        List<RecordedRequest> all = cloud.emulator().requests();
        return all.subList(before, all.size()).stream()
                .map(RecordedRequest::grant)
                .filter(kind -> kind != null)
                .toList();
    }

    /** Three flows, and nothing between them but the document that names the issuer. */
    @ParameterizedTest
    @CsvSource({
        "by-key, ID_TOKEN_OTHER_ISSUER, names the issuer https://elsewhere.example/identity, 'take only https://iam.cloud.ibm.com/identity, as IAM''s own discovery document http'",
        "by-key, ID_TOKEN_OTHER_AUDIENCE, is for the audience console, 'take only kube: check'",
        "by-key, ID_TOKEN_OTHER_ACCOUNT, has account-id a0000000000000000000000000000001, 'account f0000000000000000000000000000000: correct account-id'",
        "by-password, ID_TOKEN_OTHER_ISSUER, names the issuer https://elsewhere.example/identity, 'take only https://iam.cloud.ibm.com/identity, as IAM''s own discovery document http'",
        "by-password, ID_TOKEN_OTHER_AUDIENCE, is for the audience console, 'take only kube: check'",
        "by-password, ID_TOKEN_OTHER_ACCOUNT, has account-id a0000000000000000000000000000002, 'account f0000000000000000000000000000000: correct account-id'"
    })
    void tokenThatNoClusterTakes_isRefusedToThePlugin_andStandsInStatus(
            String account, Misbehaviour lie, String what, String wanted) throws Exception {
        try (var daemon = start("");
                var caller = daemon.caller()) {
            try (var fault = cloud.emulator().misbehave(lie)) {
                Answer answer = plugin(caller, account);

                assertThat(answer.status()).as("%s", answer).isEqualTo(409);
                assertThat(answer.text("type")).endsWith("identity_mismatch");
                assertThat(answer.text("detail")).contains(what, wanted).doesNotContain("\n");
                assertThat(fault.hits()).isPositive();
                assertThat(caller.get("/v1/accounts/" + account)
                                .json()
                                .path("last_error")
                                .path("detail")
                                .asString())
                        .contains(what);
                assertThat(caller.get("/v1/accounts/" + account + "/token").status())
                        .isEqualTo(200);
            }
            assertThat(caller.post("/v1/accounts/" + account + "/purge", "").status())
                    .isEqualTo(200);
            daemon.advance(Duration.ofMinutes(1));
            assertThat(plugin(caller, account).status()).isEqualTo(200);
        }
    }

    /** What was minted by the client kube's own refresh token is judged too, and the one before it is served on. */
    @Test
    void renewedToken_thatNoClusterTakes_leavesTheOneBeforeIt() throws Exception {
        try (var daemon = start("");
                var caller = daemon.caller()) {
            Answer before = plugin(caller, "by-password");
            assertThat(before.status()).isEqualTo(200);
            cloud.emulator().misbehave(Misbehaviour.ID_TOKEN_OTHER_ACCOUNT);
            daemon.advance(Duration.ofMinutes(40));
            assertThat(plugin(caller, "by-password").body()).isEqualTo(before.body());
        }
    }

    @Test
    void tokenOfYesterday_isRefusedForNow() throws Exception {
        try (var daemon = start("");
                var caller = daemon.caller()) {
            cloud.emulator().misbehave(Misbehaviour.ID_TOKEN_ENDED);
            Answer answer = plugin(caller, "by-key");
            assertThat(answer.status()).as("%s", answer).isEqualTo(503);
            assertThat(answer.text("detail")).contains("an ID token for clusters that ended at");
        }
    }

    @ParameterizedTest
    @CsvSource({"HTML_200", "ERROR_503", "EMPTY_200", "RESET"})
    void discoveryThatFails_keepsNobodyFromHisClusters(Misbehaviour misbehaviour) throws Exception {
        try (var daemon = start("");
                var caller = daemon.caller()) {
            cloud.emulator().misbehave(Fault.of(misbehaviour).path(DISCOVERY));
            assertThat(plugin(caller, "by-key").status()).isEqualTo(200);
        }
    }

    /** The first token of a session takes two requests, each one after it takes one; a key takes one each time. */
    @Test
    void eachFlow_takesTheFewestRequests() throws Exception {
        cloud.emulator().settings().rotation(Rotation.STRICT);
        try (var daemon = start("");
                var caller = daemon.caller()) {
            assertThat(caller.get("/v1/accounts/by-password/token").status()).isEqualTo(200);
            assertThat(caller.get("/v1/accounts/by-key/token").status()).isEqualTo(200);
            int first = cloud.emulator().requests().size();
            assertThat(plugin(caller, "by-password").status()).isEqualTo(200);
            assertThat(grantsSince(first)).containsExactly(GrantKind.MINT_DELEGATED, GrantKind.EXCHANGE_DELEGATED);

            int byKey = cloud.emulator().requests().size();
            assertThat(plugin(caller, "by-key").status()).isEqualTo(200);
            assertThat(grantsSince(byKey)).containsExactly(GrantKind.API_KEY);

            assertThat(cloud.emulator().count(GrantKind.MINT_DELEGATED)).isEqualTo(1);
            for (int i = 0; i < 4; i++) {
                daemon.advance(Duration.ofMinutes(45));
                assertThat(plugin(caller, "by-password").status()).isEqualTo(200);
            }
            assertThat(cloud.emulator().count(GrantKind.MINT_DELEGATED)).isEqualTo(1);
            assertThat(cloud.emulator().count(GrantKind.EXCHANGE_DELEGATED)).isEqualTo(1);
            assertThat(caller.get("/metrics").body())
                    .contains("iam_broker_iam_requests_total{grant=\"kube-refresh\",status=\"200\"}")
                    .contains("iam_broker_iam_requests_total{grant=\"delegated_refresh_token\",status=\"200\"} 1")
                    .contains("iam_broker_iam_requests_total{grant=\"kube-apikey\",status=\"200\"}");
        }
    }

    @Test
    void ownRefreshTokenThatIamRefuses_isDelegatedAnew() throws Exception {
        try (var daemon = start("");
                var caller = daemon.caller()) {
            assertThat(plugin(caller, "by-password").status()).isEqualTo(200);
            Fault ofKube = Fault.of(Misbehaviour.BXNIM0408E)
                    .grant(GrantKind.REFRESH)
                    .when(request -> request.form().get("response_type") == null);
            try (var fault = cloud.emulator().misbehave(ofKube)) {
                daemon.advance(Duration.ofMinutes(45));
                assertThat(plugin(caller, "by-password").status()).isEqualTo(200);
                assertThat(fault.hits()).isEqualTo(1);
            }
            assertThat(cloud.emulator().count(GrantKind.MINT_DELEGATED)).isEqualTo(2);
        }
    }

    @Test
    void trustedProfileWithoutAnIdToken_isAConflictWithTheReason() throws Exception {
        cloud.emulator().addTrustedProfile("ci", new Account(SmallCloud.KEY_ACCOUNT, "By key"), "cr");
        Path token = ManualDaemon.secretFile(temp.resolve("cr-token"), "cr");
        String more = "  vm: { trusted-profile: { profile-name: ci, cr-token-file: %s }, account-id: %s }\n"
                .formatted(token, SmallCloud.KEY_ACCOUNT);
        try (var daemon = start(more);
                var caller = daemon.caller()) {
            cloud.emulator().misbehave(Misbehaviour.NO_ID_TOKEN);
            Answer answer = plugin(caller, "vm");
            assertThat(answer.status()).as("%s", answer).isEqualTo(409);
            assertThat(answer.text("detail")).contains("gives a trusted profile no ID token, which clusters want");
            assertThat(caller.get("/v1/accounts/vm/token").status()).isEqualTo(200);
        }
    }

    /** A revoked token: the service says 401, and gets another one once. */
    @Test
    void clusters_tokenThatTheServiceRefuses_isRenewedOnceAndListed() throws Exception {
        try (var daemon = start("");
                var caller = daemon.caller()) {
            assertThat(caller.get("/v1/accounts/by-key/clusters").status()).isEqualTo(200);
            daemon.advance(Duration.ofMinutes(1));
            cloud.emulator().replaceSigningKey();
            int before = cloud.emulator().requests().size();
            Answer answer = caller.get("/v1/accounts/by-key/clusters?refresh=true");
            assertThat(answer.status()).as("%s", answer).isEqualTo(200);
            assertThat(grantsSince(before)).containsExactly(GrantKind.API_KEY);
        }
    }
}

package dev.iambroker.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.ClusterSpec;
import dev.iambroker.emulator.cloud.Provider;
import dev.iambroker.emulator.fault.Fault;
import dev.iambroker.emulator.fault.Misbehaviour;
import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.server.UnixCaller.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every error that the containers and accounts services are known to answer with, as a user of the broker sees it. */
@ExtendWith(QuietLog.class)
final class ServiceErrorsTest {
    private static final String CONTAINERS = "/global/";
    private static final String INCIDENT = "[0-9a-f-]{36}";

    private final ManualTime time = new ManualTime();
    private final SmallCloud cloud = SmallCloud.on(time);

    @TempDir
    private Path temp;

    @BeforeEach
    void haveCluster() {
        cloud.emulator()
                .addCluster(ClusterSpec.kubernetes("emulated0one", "one", SmallCloud.KEY_ACCOUNT, Provider.CLASSIC));
    }

    @AfterEach
    void close() {
        assertThat(cloud.emulator().departures()).isEmpty();
        cloud.close();
    }

    private ManualDaemon start() throws IOException {
        return ManualDaemon.start(temp, SmallCloud.accounts(temp), cloud, time, 1);
    }

    private static Answer ask(UnixCaller caller, String what) throws IOException {
        return caller.get("/v1/accounts/by-key/" + what);
    }

    private long askedOfContainers() {
        return cloud.emulator().requests().stream()
                .filter(request -> request.path().startsWith(CONTAINERS))
                .count();
    }

    @ParameterizedTest
    @CsvSource({
        "CONTAINERS_A0002, clusters, 503, '503 A0002: IAM could not be reached. Try again later'",
        "CONTAINERS_A0002, clusters/one, 503, '503 A0002: IAM could not be reached. Try again later'",
        "CONTAINERS_A0002, clusters/one/kubeconfig, 503, '503 A0002: IAM could not be reached. Try again later'",
        "CONTAINERS_A0003, clusters, 503, '401 A0003: The IAM token could not be verified'",
        "CONTAINERS_A0003, clusters/one, 503, '401 A0003: The IAM token could not be verified'",
        "CONTAINERS_A0003, clusters/one/kubeconfig, 503, '401 A0003: The IAM token could not be verified'",
        "CONTAINERS_G0004, clusters/one, 404, '404 G0004: No such cluster'",
        "CONTAINERS_G0004, clusters/one/kubeconfig, 404, '404 G0004: No such cluster'",
        "CONTAINERS_G0004, clusters, 404, '404 G0004: No such cluster'",
        "CONTAINERS_E0008, clusters/one, 404, '404 E0008: The cluster could not be found'",
        "CONTAINERS_E0008, clusters/one/kubeconfig, 404, '404 E0008: The cluster could not be found'"
    })
    void containersService_eachCode_isShownAsItIs(Misbehaviour error, String what, int status, String words)
            throws Exception {
        try (var daemon = start();
                var caller = daemon.caller()) {
            cloud.emulator().misbehave(Fault.of(error).path(CONTAINERS));
            Answer answer = ask(caller, what);

            assertThat(answer.status()).as("%s", answer).isEqualTo(status);
            assertThat(answer.text("detail"))
                    .matches("the containers service at 127\\.0\\.0\\.1:[0-9]+ answered " + words + ", incident "
                            + INCIDENT);
            assertThat(answer.text("iam_code")).isEqualTo(error.name().substring("CONTAINERS_".length()));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ERROR_500, answered 500",
        "ERROR_503, answered 503",
        "THROTTLE_429_SECONDS, answered 429",
        "HTML_502, answered 502",
        "REDIRECT_302, answered 302",
        "HTML_200, answered with something other than JSON",
        "EMPTY_200, answered with something other than JSON",
        "INVALID_JSON, answered with something other than JSON"
    })
    void eachService_whatIsNoAnswerOfIts_isToldByItsStatus(Misbehaviour error, String words) throws Exception {
        try (var daemon = start();
                var caller = daemon.caller()) {
            assertThat(ask(caller, "token").status()).isEqualTo(200);
            cloud.emulator().misbehave(error);
            Answer clusters = ask(caller, "clusters");
            assertThat(clusters.status()).as("%s", clusters).isEqualTo(503);
            assertThat(clusters.text("detail"))
                    .startsWith("the containers service at ")
                    .endsWith(words);
            Answer accounts = ask(caller, "ibm-accounts");
            assertThat(accounts.status()).as("%s", accounts).isEqualTo(503);
            assertThat(accounts.text("detail"))
                    .startsWith("the accounts service at ")
                    .endsWith(words);
        }
    }

    /** A refused token is renewed and presented once more, and that is all. */
    @Test
    void containersService_refusesEveryToken_isAskedTwice() throws Exception {
        try (var daemon = start();
                var caller = daemon.caller()) {
            daemon.advance(Duration.ofMinutes(1));
            cloud.emulator().misbehave(Fault.of(Misbehaviour.CONTAINERS_A0003).path(CONTAINERS));
            long grants = cloud.emulator().count(GrantKind.API_KEY);

            assertThat(ask(caller, "clusters").status()).isEqualTo(503);
            assertThat(askedOfContainers()).isEqualTo(2);
            assertThat(cloud.emulator().count(GrantKind.API_KEY)).isEqualTo(grants + 1);

            assertThat(ask(caller, "clusters").status()).isEqualTo(503);
            assertThat(askedOfContainers())
                    .as("asked with a token just renewed")
                    .isEqualTo(3);
        }
    }

    @Test
    void containersService_refusesOneToken_kubeconfigIsWrittenWithTheNext() throws Exception {
        try (var daemon = start();
                var caller = daemon.caller()) {
            daemon.advance(Duration.ofMinutes(1));
            cloud.emulator()
                    .misbehave(Fault.of(Misbehaviour.CONTAINERS_A0003)
                            .path("/global/v2/applyRBAC")
                            .times(1));
            long grants = cloud.emulator().count(GrantKind.API_KEY);
            Answer answer = ask(caller, "clusters/one/kubeconfig");
            assertThat(answer.status()).as("%s", answer).isEqualTo(200);
            assertThat(cloud.emulator().count(GrantKind.API_KEY)).isEqualTo(grants + 1);
            assertThat(caller.get("/metrics").body())
                    .contains("iam_broker_refreshes_total{account=\"by-key\",kind=\"access\",outcome=\"success\"} 2");
        }
    }
}

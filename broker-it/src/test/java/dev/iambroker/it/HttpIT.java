package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.http.LoopbackPort;
import dev.iambroker.it.harness.Answer;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Loopback HTTP with a client secret, asked by curl; and the metrics as Prometheus' own checker reads them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HttpIT {
    private static final String SECRET = "a-secret-of-the-ci-client";
    private static final String TOKEN = "/v1/accounts/prod/token";

    private final EmulatedCloud cloud = SampleCloud.start();
    private final Workplace place;
    private final Daemon daemon;
    private final String base;

    HttpIT() throws IOException, InterruptedException {
        place = Workplace.create();
        int port = LoopbackPort.free();
        base = "http://127.0.0.1:" + port;
        place.secret("prod-key", EmulatedCloud.PROD_API_KEY);
        place.secret("ci-secret", SECRET);
        place.configure(cloud.emulator(), """
                accounts:
                  prod: { api-key: { file: prod-key }, account-id: %s }
                  dev: { passcode: {}, account-id: %s }
                clients:
                  - { name: ci, match: { secret: { file: ci-secret } }, allow: [ "access:prod" ] }
                """.formatted(EmulatedCloud.PROD_ACCOUNT, EmulatedCloud.DEV_ACCOUNT));
        place.configureMore("  http: { address: 127.0.0.1:" + port + ", open: [livez, readyz] }\n");
        daemon = place.serve();
    }

    @AfterAll
    void stop() throws IOException {
        daemon.close();
        place.close();
        cloud.close();
    }

    @Test
    void token_withTheSecret_given() throws Exception {
        Answer answer = curl(TOKEN, bearer());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.head()).containsIgnoringCase("cache-control: no-store");
        assertThat(answer.text("access_token")).startsWith("ey");
        assertThat(answer.text("token_type")).isEqualTo("Bearer");
        assertThat(answer.text("account")).isEqualTo("prod");
        assertThat(answer.json().path("expires_in").asInt()).isBetween(3000, 3600);
    }

    @Test
    void token_noSecretOrAWrongOne_401() throws Exception {
        assertProblem(curl(TOKEN), 401);
        assertProblem(curl(TOKEN, "Authorization: Bearer not-that-one"), 401);
        assertProblem(curl("/v1/accounts"), 401);
        assertProblem(curl("/metrics"), 401);
    }

    @Test
    void token_rightsOfTheClientLack_403WhetherOrNotItExists() throws Exception {
        assertProblem(curl("/v1/accounts/dev/token", bearer()), 403);
        assertProblem(curl("/v1/accounts/some-account/token", bearer()), 403);
        assertProblem(curl(TOKEN + "?kind=kube", bearer()), 403);
    }

    @Test
    void request_thatAWebPageOrProxySent_403() throws Exception {
        for (String header : List.of(
                "Origin: https://evil.example",
                "Origin: null",
                "Sec-Fetch-Site: cross-site",
                "X-Forwarded-For: 10.0.0.1",
                "Forwarded: for=10.0.0.1")) {
            assertProblem(curl(TOKEN, bearer(), header), 403);
        }
    }

    @Test
    void request_forAnotherHost_421() throws Exception {
        assertProblem(curl(TOKEN, bearer(), "Host: evil.example"), 421);
        assertProblem(curl("/livez", "Host: evil.example"), 421);
    }

    @Test
    void livezAndReadyz_open_answerWithoutASecret() throws Exception {
        assertThat(curl("/livez").status()).isEqualTo(200);
        Answer ready = curl("/readyz");
        assertThat(ready.status()).isEqualTo(200);
        assertThat(ready.json().path("ready").asBoolean()).isTrue();
        assertThat(ready.json().path("not_ready").asInt(-1)).isZero();
        assertThat(curl("/readyz/prod", bearer()).status()).isEqualTo(200);
    }

    @Test
    void metrics_promtool_findsNothingToSay() throws Exception {
        curl(TOKEN, bearer());
        Ran scrape = Program.of("curl", "-s", "--unix-socket", place.socket(), "http://localhost/metrics")
                .run();
        assertThat(scrape.out())
                .contains("iam_broker_account_state{account=\"prod\",state=\"valid\"} 1")
                .contains("iam_broker_build_info")
                .doesNotContain(SECRET)
                .doesNotContain(EmulatedCloud.PROD_API_KEY);

        boolean there = Program.shell("command -v promtool").run().exitCode() == 0;
        if (!"true".equals(System.getenv("CI"))) {
            assumeTrue(there, "no promtool on PATH");
        }
        Ran ran = Program.of("promtool", "check", "metrics").stdin(scrape.out()).run();
        assertThat(ran.exitCode()).as(ran.all()).isZero();
        assertThat(ran.err()).isEmpty();
    }

    private static String bearer() {
        return "Authorization: Bearer " + SECRET;
    }

    private static void assertProblem(Answer answer, int status) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.head()).containsIgnoringCase("content-type: application/problem+json");
        assertThat(answer.json().path("status").asInt()).isEqualTo(status);
        assertThat(answer.text("title")).isNotEmpty();
        assertThat(answer.text("detail")).isNotEmpty();
        assertThat(answer.body()).doesNotContain("evil", "10.0.0.1", "not-that-one", SECRET, "some-account");
    }

    private Answer curl(String target, String... headers) throws IOException, InterruptedException {
        List<Object> command = new ArrayList<>(List.of("curl", "-s", "-i", base + target));
        for (String header : headers) {
            command.addAll(List.of("-H", header));
        }
        Ran ran = Program.of(command.toArray()).run();
        assertThat(ran.exitCode()).as(ran.all()).isZero();
        String[] parts = ran.out().split("\r\n\r\n", 2);
        return new Answer(Integer.parseInt(parts[0].substring(9, 12)), parts[0], parts[1]);
    }
}

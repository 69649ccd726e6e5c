package dev.iambroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The daemon's part of the way; that of the cluster is {@code ClusterCheckupTest}'s. */
final class DoctorCommandTest {
    private static final String VALID =
            "{\"name\":\"prod\",\"state\":\"valid\",\"iam_id\":\"IBMid-1\",\"account_id\":\"a1\"}";
    private static final String DEAD = "{\"name\":\"dev\",\"state\":\"login_required\",\"account_id\":null,"
            + "\"last_error\":{\"detail\":\"session expired\"}}";

    @TempDir
    Path directory;

    private FakeDaemon daemon;
    private Cli cli;

    @BeforeEach
    void start() throws IOException {
        daemon = FakeDaemon.in(directory);
        daemon.answer("GET /v1/accounts", 200, "{\"accounts\":[" + VALID + "," + DEAD + "]}");
        daemon.answer("GET /v1/accounts/prod", 200, VALID);
        daemon.answer("GET /v1/accounts/dev", 200, DEAD);
        daemon.answer("GET /v1/fleet", 404, "{\"type\":\"urn:iam-broker:problem:no_fleet\",\"detail\":\"none\"}");
        cli = Cli.on(daemon);
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
    }

    @Test
    void withoutAccount_tellsHowEachStands() {
        var result = cli.run("doctor");

        assertThat(result.code()).isEqualTo(4);
        assertThat(result.out())
                .contains("prod is valid, as IBMid-1, of account a1")
                .contains("dev is login_required, of no IBM Cloud account; its last error: session expired")
                .contains("run 'iam-broker login dev'");
    }

    @Test
    void accountThatSharesALogin_saysWhoseIsNeeded() {
        daemon.answer(
                "GET /v1/accounts/team-b",
                200,
                DEAD.replace("\"name\":\"dev\"", "\"name\":\"team-b\",\"login_of\":\"dev\""));

        var result = cli.run("doctor", "team-b");

        assertThat(result.code()).isEqualTo(4);
        assertThat(result.out()).contains("team-b is login_required").contains("run 'iam-broker login dev'");
    }

    @Test
    void account_endsAtItsToken() {
        daemon.answer("GET /v1/accounts/prod/token", 200, "{\"access_token\":\"canary\",\"expires_in\":1234}");
        cli.inspected = new ConfigReport(Path.of("/etc/broker.yaml"), 1, List.of());
        var result = cli.run("doctor", "prod");

        assertThat(result.code()).isZero();
        assertThat(result.out())
                .contains("/etc/broker.yaml has 1 account")
                .contains("access, ends in 20 min")
                .doesNotContain("canary");
    }

    @Test
    void loginThatIsMissing_endsTheWay() {
        var result = cli.run("doctor", "dev", "c1");

        assertThat(result.code()).isEqualTo(4);
        assertThat(result.out()).contains("run 'iam-broker login dev'").doesNotContain("cluster ");
    }

    @Test
    void configurationThatIsWrong_isToldWithTheRest() {
        cli.inspected = new ConfigReport(Path.of("/etc/broker.yaml"), 0, List.of("/etc/broker.yaml:3:1: wrong"));
        var result = cli.run("doctor", "--output", "json");

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.out())
                .contains("\"healthy\" : false")
                .contains("/etc/broker.yaml:3:1: wrong")
                .contains("prod is valid");
    }

    @Test
    void daemonInNoFleet_hasNoSuchStep() {
        assertThat(cli.run("doctor").out()).contains("prod is valid").doesNotContain("fleet");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "true  | null           | 0 | 0 | fleet +ok +one of 2 members, lag below 1 s",
                "true  | null           | 3 | 0 | fleet +ok +one of 2 members, lag below 1 s, records that it cannot read: 3",
                "false | null           | 0 | 1 | fleet +broken +etcd does not answer, last heard of 3 min ago",
                "false | \"another key\" | 0 | 1 | fleet +broken +no part in it: another key"
            })
    void daemonInAFleet_saysHowItStandsThere_andTheWayGoesOn(
            String connected, String refused, int unreadable, int exitCode, String row) {
        daemon.answer("GET /v1/accounts/prod/token", 200, "{\"access_token\":\"canary\",\"expires_in\":1234}");
        daemon.forget("GET /v1/fleet");
        daemon.answer(
                "GET /v1/fleet",
                200,
                "{\"connected\":%s,\"refused\":%s,\"lag_seconds\":0,\"as_of_at\":\"2026-03-01T11:57:00Z\",\"members\":[{},{}],\"unreadable\":%d}"
                        .formatted(connected, refused, unreadable));

        var result = cli.run("doctor", "prod");

        assertThat(result.code()).as(result.out()).isEqualTo(exitCode);
        assertThat(result.out()).containsPattern(row).contains("access, ends in 20 min");
    }

    @Test
    void noDaemon_endsTheWay() {
        var result = Cli.on(directory.resolve("nothing")).run("doctor", "prod", "c1");

        assertThat(result.code()).isEqualTo(3);
        assertThat(result.out()).contains("daemon").contains("broken").doesNotContain("login ");
    }

    @Test
    void clusterThatThereIsNot_isToldInTheDaemonsWords() {
        daemon.answer("GET /v1/accounts/prod/clusters/c9", 404, "{\"detail\":\"no cluster c9\"}");
        var result = cli.run("doctor", "prod", "c9");

        assertThat(result.code()).isEqualTo(7);
        assertThat(result.out()).contains("no cluster c9");
    }

    @ParameterizedTest
    @CsvSource({
        "http://c1.example:30422, 'the kubeconfig names the server http://c1.example:30422, without TLS, and the token would"
                + " go there in clear: expected https://HOST[:PORT]'",
        "https:///x, 'the kubeconfig names the server https:///x, without a host: expected https://HOST[:PORT]'"
    })
    void serverThatNoTokenMayGoTo_endsTheWayBeforeTheTokenIsAskedFor(String server, String line) {
        kubeconfig("""
                clusters: [{name: k, cluster: {server: "%s"}}]
                contexts: [{name: mine, context: {cluster: k}}]
                """.formatted(server));

        assertBrokenAtTheCluster(line);
    }

    @Test
    void kubeconfigWithoutAContext_endsTheWay() {
        kubeconfig("contexts: []");
        assertBrokenAtTheCluster("the kubeconfig of the cluster has no context");
    }

    @Test
    void kubeconfigThatIsNone_endsTheWay() {
        kubeconfig("{");
        assertBrokenAtTheCluster("the kubeconfig of the cluster cannot be read: it is not YAML");
    }

    private void kubeconfig(String yaml) {
        daemon.answer("GET /v1/accounts/prod/clusters/c1", 200, "{\"id\":\"c1\",\"name\":\"c1\"}");
        daemon.answer("GET /v1/accounts/prod/clusters/c1/kubeconfig", 200, yaml);
    }

    private void assertBrokenAtTheCluster(String line) {
        var result = cli.run("doctor", "prod", "c1");
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).isEmpty();
        assertThat(result.out().lines().filter(each -> each.contains("broken")))
                .singleElement()
                .satisfies(each -> assertThat(each).startsWith("cluster").contains(line));
        assertThat(daemon.asked()).noneMatch(request -> request.toString().contains("kube-credential"));
    }

    @Test
    void clusterWithoutAName_isRefusedBeforeAnythingIsAsked() {
        var result = cli.run("doctor", "prod", "");

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("CLUSTER is empty");
        assertThat(daemon.asked()).isEmpty();
    }

    @Test
    void namespaceThatIsNone_isRefusedBeforeAnythingIsAsked() {
        var result = cli.run("doctor", "prod", "c1", "--namespace", "../x");

        assertThat(result.code()).isEqualTo(2);
        assertThat(daemon.asked()).isEmpty();
    }
}

package dev.iambroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is printed, and what a shell makes of it. */
final class EnvCommandTest {
    private static final String TOKEN = "eyJhbGciOi.eyJzdWIi-_.c2ln";
    private static final String SECRET = "canary-Client_secret.1";

    @TempDir
    Path directory;

    private final Cli cli = new Cli();
    private Path secretFile = Path.of("/");

    @BeforeEach
    void writeSecret() throws IOException {
        secretFile = Files.createDirectories(directory.resolve("it's $HOME")).resolve("ci.secret");
        Files.writeString(secretFile, SECRET + "\n");
        cli.inspected = report("http://127.0.0.1:8180", "prod");
    }

    private ConfigReport report(String url, String account) {
        var other = new ConfigReport.FileClient("other", directory.resolve("nosuch"), Set.of("dev"));
        var client = new ConfigReport.FileClient("ci", secretFile, Set.of("dev", account));
        return new ConfigReport(Path.of("/etc/broker.yaml"), 2, List.of(), url, List.of(other, client));
    }

    /** The environment after that text was evaluated as users do, in a shell that had {@code before}. */
    private Map<String, String> evaluated(String text, Map<String, String> before) throws Exception {
        var builder = new ProcessBuilder("sh", "-euc", "eval \"$1\"; env -0", "sh", text).redirectErrorStream(true);
        builder.environment().putAll(before);
        var process = builder.start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        var variables = new TreeMap<String, String>();
        for (var line : output.split("\0")) {
            variables.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
        }
        return variables;
    }

    private String printed(String... arguments) {
        var result = cli.run(arguments);
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.err()).isEmpty();
        assertThat(result.out()).doesNotContain(SECRET);
        return result.out();
    }

    @Test
    void sdk_exportsOfEachServiceAndNothingElse() {
        cli.inspected = null;

        assertThat(printed(
                        "env",
                        "prod",
                        "--service",
                        "my-service",
                        "--url",
                        "http://[::1]:80/",
                        "--secret-file",
                        "/etc/passwd"))
                .isEqualTo("""
                        unset MY_SERVICE_IAM_PROFILE_ID MY_SERVICE_IAM_PROFILE_CRN
                        export MY_SERVICE_AUTH_TYPE='container'
                        export MY_SERVICE_AUTH_URL='http://[::1]:80'
                        export MY_SERVICE_CR_TOKEN_FILENAME='/etc/passwd'
                        export MY_SERVICE_IAM_PROFILE_NAME='prod'
                        """);
    }

    @Test
    void sdk_evaluated_namesTheSecretsFileWhateverItsName() throws Exception {
        var before = Map.of("MY_SERVICE_IAM_PROFILE_ID", "Profile-x", "B2_IAM_PROFILE_CRN", "crn:x");
        var variables = evaluated(printed("env", "prod", "--service=my-service", "--service", "b2"), before);

        assertThat(variables)
                .containsEntry("MY_SERVICE_AUTH_TYPE", "container")
                .containsEntry("MY_SERVICE_AUTH_URL", "http://127.0.0.1:8180")
                .containsEntry("MY_SERVICE_CR_TOKEN_FILENAME", secretFile.toString())
                .containsEntry("MY_SERVICE_IAM_PROFILE_NAME", "prod")
                .containsEntry("B2_CR_TOKEN_FILENAME", secretFile.toString())
                .doesNotContainKeys("MY_SERVICE_IAM_PROFILE_ID", "B2_IAM_PROFILE_CRN");
    }

    @Test
    void terraform_evaluated_theTokenWithItsTypeAndNothingThatGoesBeforeIt() throws Exception {
        try (var daemon = FakeDaemon.in(directory)) {
            cli.environment.put("IAM_BROKER_SOCKET", daemon.socket().toString());
            daemon.answer("GET /v1/accounts/prod/token?kind=access", 200, "{\"access_token\":\"" + TOKEN + "\"}");

            var before = Map.of("IC_API_KEY", "old", "IBMCLOUD_IAM_REFRESH_TOKEN", "old", "IC_IAM_PROFILE_ID", "old");
            var variables = evaluated(printed("env", "prod", "--for", "terraform"), before);

            assertThat(variables)
                    .containsEntry("IC_IAM_TOKEN", "Bearer " + TOKEN)
                    .containsEntry("IBMCLOUD_IAM_TOKEN", "Bearer " + TOKEN)
                    .doesNotContainKeys("IC_API_KEY", "IBMCLOUD_IAM_REFRESH_TOKEN", "IC_IAM_PROFILE_ID");
        }
    }

    /** What it prints is run by a shell. */
    @Test
    void terraform_answerIsNoToken_nothingIsPrinted() throws Exception {
        try (var daemon = FakeDaemon.in(directory)) {
            cli.environment.put("IAM_BROKER_SOCKET", daemon.socket().toString());
            daemon.answer("GET /v1/accounts/prod/token?kind=access", 200, "{\"access_token\":\"x'; rm -rf '\"}");

            var result = cli.run("env", "prod", "--for", "terraform");

            assertThat(result.code()).isEqualTo(1);
            assertThat(result.out()).isEmpty();
        }
    }

    @Test
    void terraform_tokenEndpoint_theShellReadsTheSecret() throws Exception {
        var before = Map.of("IC_IAM_TOKEN", "old", "IBMCLOUD_IAM_PROFILE_NAME", "old");
        var variables = evaluated(printed("env", "prod", "--for", "terraform", "--token-endpoint"), before);

        assertThat(variables)
                .containsEntry("IC_API_KEY", "prod:" + SECRET)
                .containsEntry("IBMCLOUD_IAM_API_ENDPOINT", "http://127.0.0.1:8180")
                .doesNotContainKeys("IC_IAM_TOKEN", "IBMCLOUD_IAM_PROFILE_NAME");
    }

    @Test
    void ibmcloud_evaluated_theMetadataServiceOfTheBroker() throws Exception {
        var variables = evaluated(printed("env", "prod", "--for", "ibmcloud"), Map.of("IBMCLOUD_API_KEY", "old"));

        assertThat(variables)
                .containsEntry("IBMCLOUD_CR_VPC_URL", "http://127.0.0.1:8180/k/" + SECRET)
                .containsEntry("IBMCLOUD_CR_PROFILE", "prod")
                .doesNotContainKey("IBMCLOUD_API_KEY");
    }

    @Test
    void ibmcloud_secretThatAUrlWouldChange_isRefusedWithoutIt() throws IOException {
        Files.writeString(secretFile, "canary/secret?x");

        var result = cli.run("env", "prod", "--for", "ibmcloud");

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err())
                .contains("characters that mean something in a URL")
                .doesNotContain("canary/");
    }

    @Test
    void curl_overTheUnixSocket_asWhoeverAsks() throws IOException {
        var socket = Files.createFile(directory.resolve("broker.sock"));

        assertThat(printed("--socket", socket.toString(), "env", "prod", "--for", "curl"))
                .isEqualTo("curl -s --unix-socket '" + socket + "' http://localhost/identity/token"
                        + " -d grant_type=urn:ibm:params:oauth:grant-type:cr-token -d profile_name=prod\n");
    }

    @Test
    void curl_secretFile_overLoopback() {
        assertThat(printed("env", "prod", "--for", "curl", "--secret-file", "/etc/passwd"))
                .isEqualTo("curl -s -g 'http://127.0.0.1:8180/identity/token'"
                        + " -d grant_type=urn:ibm:params:oauth:grant-type:cr-token -d profile_name=prod"
                        + " --data-urlencode 'cr_token@/etc/passwd'\n");
    }

    @Test
    void relativeSecretFile_printedWhole() {
        assertThat(printed("env", "prod", "--for", "curl", "--secret-file", "pom.xml"))
                .contains("cr_token@" + Path.of("pom.xml").toAbsolutePath());
    }

    @ParameterizedTest
    @CsvSource({
        "'', --service is missing",
        "--service a b, --service is no service's name",
        "--service 1a, --service is no service's name",
        "--for curl --service a, --service goes with --for sdk",
        "--service a --token-endpoint, --token-endpoint goes with --for terraform",
        "--for terraform --url http://127.0.0.1:1, --url and --secret-file go with --token-endpoint",
        "--for vault, 'WHAT is one of sdk, terraform, ibmcloud, curl'"
    })
    void options_thatDoNotGoTogether_usage(String options, String message) {
        var words = options.equals("--service a b") ? List.of("--service", "a b") : List.of(options.split(" "));
        var arguments = new ArrayList<>(List.of("env", "prod"));
        words.stream().filter(word -> !word.isEmpty()).forEach(arguments::add);

        var result = cli.run(arguments.toArray(String[]::new));

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).contains(message).hasLineCount(1);
    }

    /** The client's secret would go there. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://10.0.0.1:8180",
                "http://127.0.0.1.example.com:8180",
                "http://localhost:8180@example.com:80",
                "https://iam.cloud.ibm.com",
                "http://127.0.0.1:8180/identity/token",
                "http://127.0.0.1:8180'; true '",
                "127.0.0.1:8180"
            })
    void url_thatIsNoLoopbackListener_isRefused(String url) {
        var result = cli.run("env", "prod", "--service", "a", "--url", url);

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).contains("expected http://127.0.0.1:PORT").doesNotContain("example.com");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Prod", "a/b", "a;b", ""})
    void account_thatCannotBeOne_isRefused(String account) {
        assertThat(cli.run("env", "--service", "a", "--", account).code()).isEqualTo(2);
    }

    @Test
    void configuration_withoutWhatItTakes_oneLineSaysWhatToAdd() {
        cli.inspected = null;
        assertMissing("no configuration is readable here", "--url and --secret-file");
        cli.inspected = new ConfigReport(Path.of("/etc/broker.yaml"), 0, List.of("/etc/broker.yaml:1:1: wrong"));
        assertMissing("/etc/broker.yaml cannot be used here", "check-config");
        cli.inspected = new ConfigReport(Path.of("/etc/broker.yaml"), 1, List.of());
        assertMissing("has no loopback listener", "http: { address: 127.0.0.1:8180 }");
        cli.inspected = report("http://127.0.0.1:8180", "lab");
        assertMissing("has no client with a secret in a file", "allow: [ \"access:prod\" ]");
    }

    @Test
    void secretFile_thatIsNotThere_isSaid() throws IOException {
        Files.delete(secretFile);

        assertMissing("cannot be read by this user", secretFile.toString());
    }

    private void assertMissing(String what, String remedy) {
        var result = cli.run("env", "prod", "--service", "a");

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).contains(what, remedy).hasLineCount(1);
    }
}

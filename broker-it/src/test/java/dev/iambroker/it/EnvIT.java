package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.http.LoopbackPort;
import dev.iambroker.it.harness.Checkout;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code env} prints, evaluated as it stands by a shell that has nothing else, and what programs make of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EnvIT {
    private static final String SECRET = "canary-client-secret-of-a-shell-7b2e";
    private static final String SDK = "eval \"$(iam-broker env prod --service my-service)\"";
    private static final String TERRAFORM = "eval \"$(iam-broker env prod --for terraform)\"";
    private static final String TERRAFORM_ENDPOINT = "eval \"$(iam-broker env prod --for terraform --token-endpoint)\"";
    private static final String IBMCLOUD = "eval \"$(iam-broker env prod --for ibmcloud)\"";
    private static final String CURL = "eval \"$(iam-broker env prod --for curl)\"";

    /** IBM's SDK for Java with the settings that are in the environment by then. */
    private static final String CALL_SERVICE = " && exec \"$@\"";

    private final EmulatedCloud cloud = SampleCloud.start();
    private final Workplace place;
    private final Daemon daemon;
    private final Path secretFile;

    EnvIT() throws IOException, InterruptedException {
        place = Workplace.create();
        int port = LoopbackPort.free();
        place.secret("prod-key", EmulatedCloud.PROD_API_KEY);
        secretFile = place.secret("ci-secret", SECRET);
        place.secret("nobodys-secret", "canary-of-a-client-without-this-right");
        place.configure(cloud.emulator(), """
                accounts:
                  prod: { api-key: { file: prod-key }, account-id: %s }
                  dev: { passcode: {}, account-id: %s }
                clients:
                  - { name: other, match: { secret: { file: nobodys-secret } }, allow: [ "kube:prod", "access:dev" ] }
                  - { name: ci, match: { secret: { file: ci-secret } }, allow: [ "access:prod" ] }
                """.formatted(EmulatedCloud.PROD_ACCOUNT, EmulatedCloud.DEV_ACCOUNT));
        place.configureMore("  http: { address: 127.0.0.1:" + port + " }\n");
        daemon = place.serve();
    }

    @AfterAll
    void stop() throws IOException {
        daemon.close();
        place.close();
        cloud.close();
        assertThat(cloud.emulator().departures()).isEmpty();
    }

    private Program shell(String script) throws IOException {
        return Program.of("bash", "-uc", script, "bash")
                .with(
                        Path.of(System.getProperty("java.home"), "bin", "java"),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        AccountsService.class.getName(),
                        "my-service")
                .env("PATH", Checkout.launcher().getParent() + ":" + System.getenv("PATH"))
                .env("HOME", place.directory())
                .env("IAM_BROKER_CONFIG", place.configFile())
                .env("IAM_BROKER_SOCKET", place.socket())
                .env("MY_SERVICE_URL", cloud.emulator().accountsUrl())
                .in(Files.createDirectories(place.directory().resolve("project")));
    }

    private void assertServiceIsServed(String script) throws Exception {
        Ran ran = shell(script + CALL_SERVICE).run();

        assertThat(ran.exitCode()).as(ran.all()).isZero();
        assertThat(ran.out().lines()).hasSize(5).allMatch(line -> line.endsWith(" true"));
    }

    @Test
    void sdk_asItStands() throws Exception {
        assertServiceIsServed(SDK);
    }

    /** The provider sends the variable as the header. */
    @Test
    void terraform_asItStands_theServiceTakesTheToken() throws Exception {
        Ran ran = shell(
                        TERRAFORM + " && curl -sf -H \"Authorization: $IC_IAM_TOKEN\" "
                                + "-H 'Accept: application/json' -H 'Content-Type: application/json' \"$MY_SERVICE_URL/coe/v2/accounts\"")
                .env("IC_API_KEY", "left-over")
                .run();

        assertThat(ran.exitCode()).as(ran.all()).isZero();
        assertThat(ran.out()).contains("\"resources\"");
    }

    /** The provider hands both to the SDK's authenticator for API keys. */
    @Test
    void terraform_tokenEndpoint_asItStands() throws Exception {
        assertServiceIsServed(TERRAFORM_ENDPOINT
                + " && export MY_SERVICE_AUTH_TYPE=iam MY_SERVICE_AUTH_URL=\"$IBMCLOUD_IAM_API_ENDPOINT\""
                + " MY_SERVICE_APIKEY=\"$IC_API_KEY\"");
    }

    /** The CLI asks as the SDK's authenticator for virtual servers does, below the same URL. */
    @Test
    void ibmcloud_asItStands() throws Exception {
        assertServiceIsServed(IBMCLOUD
                + " && export MY_SERVICE_AUTH_TYPE=vpc MY_SERVICE_AUTH_URL=\"$IBMCLOUD_CR_VPC_URL\""
                + " MY_SERVICE_IAM_PROFILE_ID=\"$IBMCLOUD_CR_PROFILE\"");
    }

    @Test
    void curl_asItStands_overTheUnixSocketAndOverLoopback() throws Exception {
        for (String script : List.of(CURL, CURL.replace(")\"", " --secret-file " + secretFile + ")\""))) {
            Ran ran = shell(script).run();

            assertThat(ran.exitCode()).as(ran.all()).isZero();
            assertThat(ran.out()).as(script).contains("\"access_token\":\"ey");
        }
    }

    @Test
    void document_hasTheseLinesAndNoOthers() throws IOException {
        assertThat(Files.readString(Checkout.root().resolve("docs/sdk.md"))
                        .lines()
                        .filter(line -> line.startsWith("eval ")))
                .containsExactly(SDK, TERRAFORM, TERRAFORM_ENDPOINT, IBMCLOUD, CURL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--service my-service", "--for terraform --token-endpoint", "--for ibmcloud", "--for curl"})
    void printed_hasNoSecretOfAnyone(String options) throws Exception {
        Ran ran = shell("iam-broker env prod " + options).run();

        assertThat(ran.exitCode()).as(ran.all()).isZero();
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out()).doesNotContain("canary", "eyJ");
    }

    /** Nothing on stdout: a shell evaluates nothing. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "7 iam-broker env nosuch --for terraform",
                "4 iam-broker env dev --for terraform",
                "2 iam-broker env nosuch --service a",
                "2 iam-broker --config /nosuch env prod --service a",
                "2 iam-broker env prod",
                "3 iam-broker --socket /nosuch env prod --for curl"
            })
    void failure_exitCodeAndOneLineAndNothingToEvaluate(String line) throws Exception {
        Ran ran = shell(line.substring(2)).run();

        assertThat(ran.exitCode()).as(ran.all()).isEqualTo(line.charAt(0) - '0');
        assertThat(ran.out()).isEmpty();
        assertThat(ran.errorLines()).hasSize(1);
    }
}

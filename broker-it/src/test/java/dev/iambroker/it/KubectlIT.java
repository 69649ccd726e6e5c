package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.EmulatedCluster;
import dev.iambroker.emulator.fault.ActiveFault;
import dev.iambroker.emulator.fault.Misbehaviour;
import dev.iambroker.emulator.tls.ServerName;
import dev.iambroker.it.harness.Checkout;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Kubeconfigs;
import dev.iambroker.it.harness.Kubectl;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every kubectl that this machine has, through the plugin, against API servers that check the token as kube-apiserver does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KubectlIT {
    private static final String V1 = "client.authentication.k8s.io/v1";
    private static final String V1BETA1 = "client.authentication.k8s.io/v1beta1";

    private final EmulatedCloud cloud = SampleCloud.start();
    private final Workplace place;
    private final Kubeconfigs kubeconfigs;
    private final Daemon daemon;
    private List<Kubectl> kubectls = List.of();

    KubectlIT() throws IOException, InterruptedException {
        place = Workplace.create();
        kubeconfigs = new Kubeconfigs(place);
        place.secret("prod-key", EmulatedCloud.PROD_API_KEY);
        place.configure(cloud.emulator(), """
                accounts:
                  prod: { api-key: { file: prod-key }, account-id: %s }
                  dev: { passcode: {}, account-id: %s }
                """.formatted(EmulatedCloud.PROD_ACCOUNT, EmulatedCloud.DEV_ACCOUNT));
        daemon = place.serve();
    }

    @BeforeAll
    void find() throws IOException, InterruptedException {
        kubectls = Kubectl.all();
    }

    @AfterAll
    void stop() throws IOException {
        daemon.close();
        place.close();
        cloud.close();
    }

    @Test
    void everyKubectl_bothExecApis_letInThroughThePlugin() throws Exception {
        String asWritten = kubeconfigs.printed("prod", cloud.prodClassic());
        assertThat(asWritten)
                .contains("apiVersion: " + V1 + "\n")
                .contains(Checkout.plugin().toString());
        Path v1 = kubeconfigs.file("v1", asWritten);
        Path v1beta1 = kubeconfigs.file("v1beta1", asWritten.replace(V1, V1BETA1));

        KubectlTable table = new KubectlTable();
        for (Kubectl kubectl : kubectls) {
            table.row(kubectl, "v1", place, v1);
            table.row(kubectl, "v1beta1", place, v1beta1);
        }

        System.out.println(table.text());
        Files.writeString(Path.of("target", "kubectl-table.txt"), table.text());
        assertThat(table.failures()).isEmpty();
        assertThat(table.text()).contains("IAM#" + EmulatedCloud.USER);
    }

    @Test
    void kubectl_javaTwinInPlaceOfTheNativeClient_letIn() throws Exception {
        Path home = Files.createDirectories(place.directory().resolve("twin"));
        Path twin = Files.createDirectories(home.resolve("bin")).resolve("iam-broker-credential");
        Path script = Checkout.root().resolve("broker-server/src/dist/bin/iam-broker-credential");
        Files.copy(script, twin, StandardCopyOption.COPY_ATTRIBUTES);
        assertThat(twin.toFile().setExecutable(true)).isTrue();
        Files.createSymbolicLink(home.resolve("lib"), Checkout.distribution().resolve("lib"));
        String asWritten = kubeconfigs.printed("prod", cloud.prodVpc());
        String withTwin = asWritten.replace(Checkout.plugin().toString(), twin.toString());
        assertThat(withTwin).isNotEqualTo(asWritten);

        Ran ran = run(kubeconfigs.file("twin", withTwin), "auth", "whoami");

        assertThat(ran.exitCode()).as(ran.all()).isZero();
        assertThat(ran.out()).contains("IAM#" + EmulatedCloud.USER);
        assertThat(ran.err()).isEmpty();
    }

    @Test
    void tokenOfAnotherAccount_thatServer_refusesIt() throws Exception {
        assertThat(whoamiWith(cloud.emulator().issueIdToken(cloud.user(), cloud.prod()))
                        .exitCode())
                .isZero();

        Ran ran = whoamiWith(cloud.emulator().issueIdToken(cloud.user(), cloud.dev()));

        assertThat(ran.exitCode()).isNotZero();
        assertThat(ran.err()).contains("Unauthorized");
    }

    /** The server is known by its account's clusters; one that is not may be anybody's. */
    @Test
    void serverThatNoClusterHas_plugin_refusesInOneLine() throws Exception {
        logInToDev();
        EmulatedCluster known = cloud.prodClassic();
        String byServerAlone = kubeconfigs
                .printed("prod", known)
                .replaceFirst("args: \\[.*]", "args: [\"--socket\", \"" + place.socket() + "\"]");
        Ran good = run(kubeconfigs.file("by-server", byServerAlone), "get", "--raw", "/version");
        assertThat(good.exitCode()).as(good.all()).isZero();

        String elsewhere = byServerAlone.replace(known.url(), cloud.emulator().listenTls(false, ServerName.LOOPBACK));
        Ran ran = run(kubeconfigs.file("elsewhere", elsewhere), "get", "--raw", "/version");

        assertThat(ran.exitCode()).isNotZero();
        assertThat(fromPlugin(ran)).as(ran.all()).hasSize(1).allMatch(line -> line.contains("no cluster"));
    }

    /** The cluster would say 401 and no more. */
    @ParameterizedTest
    @CsvSource({
        "ID_TOKEN_OTHER_ISSUER, the issuer https://elsewhere.example/identity, take only https://iam.cloud.ibm.com/identity",
        "ID_TOKEN_OTHER_AUDIENCE, the audience console, take only kube",
        "ID_TOKEN_OTHER_ACCOUNT, has account-id " + EmulatedCloud.PROD_ACCOUNT
                + ", answered for account f0000000000000000000000000000000"
    })
    void tokenThatNoClusterTakes_plugin_saysWhatDoesNotFit(Misbehaviour lie, String is, String wanted)
            throws Exception {
        Path kubeconfig = kubeconfigs.file("prod", cloud.prodVpc());
        assertThat(place.run("purge", "prod").exitCode()).isZero();
        try (ActiveFault fault = cloud.emulator().misbehave(lie)) {
            Ran ran = run(kubeconfig, "get", "--raw", "/version");

            assertThat(ran.exitCode()).isNotZero();
            assertThat(fault.hits()).isPositive();
            assertThat(fromPlugin(ran))
                    .as(ran.all())
                    .hasSize(1)
                    .allMatch(line -> line.contains(is) && line.contains(wanted));
            assertThat(place.run("status", "prod").out().replaceAll("\\s+", " "))
                    .contains(is);
        }
        // Another access token ends it.
        assertThat(place.run("purge", "prod").exitCode()).isZero();
        assertThat(place.run("token", "prod").exitCode()).isZero();
        Ran next = run(kubeconfig, "get", "--raw", "/version");
        assertThat(next.exitCode()).as(next.all()).isZero();
    }

    /** kubectl runs the plugin again when it is answered 401, and still fails; the next one must not meet the same token. */
    @Test
    void tokenThatTheServerRefuses_nextKubectl_getsIn() throws Exception {
        Path kubeconfig = kubeconfigs.file("refused", kubeconfigs.printed("prod", cloud.prodVpc()));
        assertThat(run(kubeconfig, "get", "--raw", "/version").exitCode()).isZero();
        cloud.emulator().replaceSigningKey();

        assertThat(run(kubeconfig, "get", "--raw", "/version").exitCode()).isNotZero();
        Ran next = run(kubeconfig, "get", "--raw", "/version");

        assertThat(next.exitCode()).as(next.all() + daemon.log()).isZero();
        // The containers service does not take the older access tokens either.
        assertThat(place.run("purge", "prod").exitCode()).isZero();
        assertThat(place.run("purge", "dev").exitCode()).isZero();
    }

    @Test
    void accountThatNeedsALogin_kubectlStderr_saysTheCommandToRun() throws Exception {
        logInToDev();
        Path kubeconfig = kubeconfigs.file("dev", kubeconfigs.printed("dev", cloud.devVpc()));
        assertThat(run(kubeconfig, "auth", "whoami").exitCode()).isZero();
        assertThat(place.run("logout", "dev").exitCode()).isZero();

        Ran ran = run(kubeconfig, "get", "--raw", "/version");

        assertThat(ran.exitCode()).isNotZero();
        assertThat(fromPlugin(ran))
                .as(ran.all())
                .containsExactly("iam-broker: account \"dev\" needs a login: run 'iam-broker login dev'");
    }

    private void logInToDev() throws IOException, InterruptedException {
        String passcode = cloud.emulator().addPasscode(cloud.user());
        Ran login = place.cli("login", "dev", "--passcode", "-").stdin(passcode).run();
        assertThat(login.exitCode()).as(login.all()).isZero();
    }

    private Ran run(Path kubeconfig, String... arguments) throws IOException, InterruptedException {
        return kubectls.getFirst().run(place, kubeconfig, arguments);
    }

    private Ran whoamiWith(String token) throws IOException, InterruptedException {
        String exec = kubeconfigs.printed("prod", cloud.prodClassic());
        String fixed = exec.substring(0, exec.indexOf("    exec:")) + "    token: " + token + "\n";
        return run(kubeconfigs.file("token", fixed), "auth", "whoami");
    }

    /** kubectl runs the plugin again before it gives up, and so shows the same line again. */
    private static List<String> fromPlugin(Ran ran) {
        List<String> others = ran.err()
                .lines()
                .filter(line -> !line.startsWith("iam-broker: "))
                .toList();
        assertThat(others).as(ran.all()).hasSize(1).allMatch(line -> line.contains("getting credentials: exec"));
        return ran.err()
                .lines()
                .filter(line -> line.startsWith("iam-broker: "))
                .distinct()
                .toList();
    }
}

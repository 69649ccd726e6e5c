package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.ClusterSpec;
import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.EmulatedCluster;
import dev.iambroker.emulator.cloud.Provider;
import dev.iambroker.emulator.fault.Fault;
import dev.iambroker.emulator.fault.Misbehaviour;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Kubeconfigs;
import dev.iambroker.it.harness.Kubectl;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Every kubectl that this machine has against an OpenShift cluster, whose API server takes the tokens of its own OAuth
 * server and no others. The real ones have certificates that everybody trusts; here the emulated authority is made one of
 * those.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OpenShiftIT {
    private static final String V1 = "client.authentication.k8s.io/v1";
    private static final String OWN_USER = "/apis/user.openshift.io/v1/users/~";
    private static final String USER_NAME = "IAM#" + EmulatedCloud.USER;

    /** Longer than a kubectl takes to start on a busy machine. */
    private static final Duration BRIEF_LIFE = Duration.ofSeconds(12);

    private final EmulatedCloud cloud = SampleCloud.start();
    private final EmulatedCluster ofKey = cluster("emulated0prod0roks", "prod-roks", EmulatedCloud.PROD_ACCOUNT);
    private final EmulatedCluster ofPasscode = cluster("emulated0dev0roks", "dev-roks", EmulatedCloud.DEV_ACCOUNT);
    private final Workplace place;
    private final Kubeconfigs kubeconfigs;
    private final Daemon daemon;
    private final Path authority;
    private List<Kubectl> kubectls = List.of();

    OpenShiftIT() throws IOException, InterruptedException {
        place = Workplace.create();
        kubeconfigs = new Kubeconfigs(place);
        place.secret("prod-key", EmulatedCloud.PROD_API_KEY);
        authority = Files.writeString(
                place.directory().resolve("authority.pem"), cloud.emulator().caPem());
        place.configure(cloud.emulator(), """
                accounts:
                  prod: { api-key: { file: prod-key }, account-id: %s, endpoints: { ca-file: %s } }
                  dev: { passcode: {}, account-id: %s, endpoints: { ca-file: %s } }
                kube: { expiry-margin: 2s }
                """.formatted(
                        EmulatedCloud.PROD_ACCOUNT, authority, EmulatedCloud.DEV_ACCOUNT, authority));
        daemon = place.serve();
    }

    private EmulatedCluster cluster(String id, String name, String account) {
        return cloud.emulator().addCluster(ClusterSpec.openShift(id, name, account, Provider.VPC_GEN2));
    }

    @BeforeAll
    void prepare() throws IOException, InterruptedException {
        kubectls = Kubectl.all();
        String passcode = cloud.emulator().addPasscode(cloud.user());
        Ran login = place.cli("login", "dev", "--passcode", "-").stdin(passcode).run();
        assertThat(login.exitCode()).as(login.all()).isZero();
    }

    @AfterEach
    void behave() {
        cloud.emulator().behave();
        cloud.emulator().settings().openShiftTokenLife(Duration.ofHours(24));
    }

    @AfterAll
    void stop() throws IOException {
        daemon.close();
        assertThat(cloud.emulator().departures()).isEmpty();
        assertThat(cloud.emulator().peakInFlightOfASession()).isLessThanOrEqualTo(1);
        place.close();
        cloud.close();
    }

    @Test
    void everyKubectl_eachLoginAndExecApi_letInByTheClustersOwnToken() throws Exception {
        List<String> failures = new ArrayList<>();
        for (EmulatedCluster cluster : List.of(ofKey, ofPasscode)) {
            String account = cluster == ofKey ? "prod" : "dev";
            int before = cluster.issuedTokens();
            String asWritten = kubeconfigs.printed(account, cluster);
            assertThat(asWritten)
                    .contains(cluster.url(), "iam-broker-credential")
                    .doesNotContain("certificate-authority-data", "insecure", "sha256~");
            Path v1 = kubeconfigs.file(account + "-v1", asWritten);
            Path v1beta1 = kubeconfigs.file(account + "-v1beta1", asWritten.replace(V1, V1 + "beta1"));
            for (Kubectl kubectl : kubectls) {
                for (Path kubeconfig : List.of(v1, v1beta1)) {
                    look(failures, kubectl, kubeconfig, USER_NAME, "get", "--raw", OWN_USER);
                    look(failures, kubectl, kubeconfig, USER_NAME, "auth", "whoami");
                    look(failures, kubectl, kubeconfig, "", "get", "pods");
                }
            }
            assertThat(failures).isEmpty();
            assertThat(cluster.issuedTokens() - before)
                    .as("tokens of %s%n%s", cluster.name(), daemon.log())
                    .isLessThanOrEqualTo(1);
        }
        assertThat(failures).isEmpty();
    }

    private void look(List<String> failures, Kubectl kubectl, Path kubeconfig, String expected, String... arguments)
            throws IOException, InterruptedException {
        Ran ran = run(kubectl, kubeconfig, arguments);
        if (ran.exitCode() != 0 || !ran.out().contains(expected)) {
            failures.add(
                    kubectl.version() + " " + kubeconfig.getFileName() + " " + List.of(arguments) + ": " + ran.all());
        }
    }

    @Test
    void command_printsTheTokenOfTheCluster_andOtherwiseThatOfIam() throws Exception {
        Ran ofCluster = place.run("token", "prod", "--kind", "kube", "--cluster", ofKey.name());
        assertThat(ofCluster.out()).as(ofCluster.all()).startsWith("sha256~");
        Ran ofIam = place.run("token", "prod", "--kind", "kube");
        assertThat(ofIam.out()).as(ofIam.all()).startsWith("ey");
        assertThat(place.run("status").out()).contains("OpenShift cluster " + ofKey.id() + ": its token ends in ");
        assertThat(daemon.log()).doesNotContain("sha256~");
    }

    /** A kubeconfig with the ID token of IAM, as for a Kubernetes cluster, is of no use here. */
    @Test
    void idTokenOfIam_thatServer_refusesIt() throws Exception {
        String exec = kubeconfigs.printed("prod", ofKey);
        String token = place.run("token", "prod", "--kind", "kube").out().strip();
        Path fixed =
                kubeconfigs.file("fixed", exec.substring(0, exec.indexOf("    exec:")) + "    token: " + token + "\n");
        Ran ran = run(kubectls.getFirst(), fixed, "auth", "whoami");
        assertThat(ran.exitCode()).isNotZero();
        assertThat(ran.err()).contains("Unauthorized");
    }

    @Test
    void tokens_endOneAfterTheOther_kubectlNeverNotices() throws Exception {
        assertThat(place.run("purge", "prod").exitCode()).isZero();
        int before = ofKey.issuedTokens();
        cloud.emulator().settings().openShiftTokenLife(BRIEF_LIFE);
        Path kubeconfig = kubeconfigs.file("brief", kubeconfigs.printed("prod", ofKey));
        long end = System.nanoTime() + BRIEF_LIFE.multipliedBy(5).dividedBy(2).toNanos();
        int runs = 0;
        while (System.nanoTime() < end) {
            Ran ran = run(kubectls.get(runs++ % kubectls.size()), kubeconfig, "get", "--raw", OWN_USER);
            assertThat(ran.exitCode())
                    .as("run %d: %s%n%s", runs, ran.all(), daemon.log())
                    .isZero();
        }
        assertThat(ofKey.issuedTokens() - before).isBetween(3, 12);
        assertThat(place.run("purge", "prod").exitCode()).isZero();
    }

    @Test
    void tokenThatTheClusterRevoked_isReplacedForTheNextKubectl() throws Exception {
        Path kubeconfig = kubeconfigs.file("revoked", kubeconfigs.printed("prod", ofKey));
        assertThat(run(kubectls.getFirst(), kubeconfig, "get", "pods").exitCode())
                .isZero();
        ofKey.revokeTokens();
        Ran refused = run(kubectls.getFirst(), kubeconfig, "get", "--raw", OWN_USER);
        assertThat(refused.exitCode()).as(refused.all()).isNotZero();

        Ran again = run(kubectls.getFirst(), kubeconfig, "get", "--raw", OWN_USER);
        assertThat(again.exitCode()).as(again.all()).isZero();
    }

    @Test
    void oauthServerThatRefuses_kubectl_saysWhichAndWhy() throws Exception {
        EmulatedCluster stubborn = cluster("emulated0prod0stubborn", "prod-stubborn", EmulatedCloud.PROD_ACCOUNT);
        cloud.emulator().misbehave(Fault.onOAuthServer(stubborn.id(), Misbehaviour.OAUTH_DENIED));
        Path kubeconfig = kubeconfigs.file("stubborn", kubeconfigs.printed("prod", stubborn));
        Ran ran = run(kubectls.getFirst(), kubeconfig, "get", "pods");
        assertThat(ran.exitCode()).isNotZero();
        assertThat(ran.err())
                .contains("iam-broker: no token of account \"prod\": the OAuth server of OpenShift cluster "
                        + stubborn.id())
                .contains("access_denied");
    }

    private Ran run(Kubectl kubectl, Path kubeconfig, String... arguments) throws IOException, InterruptedException {
        return kubectl.program(place, kubeconfig, arguments)
                .env("SSL_CERT_FILE", authority)
                .run();
    }
}

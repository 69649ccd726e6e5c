package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.ClusterSpec;
import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.EmulatedCluster;
import dev.iambroker.emulator.cloud.Provider;
import dev.iambroker.it.harness.Answer;
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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The tables of docs/kubernetes.md: what each kubectl, exec API, login, type of cluster and endpoint came to. They are written
 * to target/kubernetes-table.md, and the document has to have the same, row by row and no other; where the machine lacks a
 * kubectl, but for that one's rows.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KubernetesTableIT {
    private static final String V1 = "client.authentication.k8s.io/v1";
    private static final String USER_NAME = "IAM#" + EmulatedCloud.USER;
    private static final List<String> ENDPOINTS = List.of("public", "private");
    private static final String COLUMNS =
            "classic public | classic private | VPC public | VPC private | OpenShift public | OpenShift private |";

    /** Accounts of the configuration, and what the document calls their logins. */
    private static final Map<String, String> LOGINS = logins();

    private final EmulatedCloud cloud = SampleCloud.start();
    private final List<EmulatedCluster> clusters;
    private final Workplace place;
    private final Daemon daemon;
    private final Path authority;
    private final List<String> failures = new ArrayList<>();
    private List<Kubectl> kubectls = List.of();

    KubernetesTableIT() throws IOException, InterruptedException {
        EmulatedCluster openShift = cloud.emulator()
                .addCluster(ClusterSpec.openShift(
                        "emulated0prod0roks", "prod-roks", EmulatedCloud.PROD_ACCOUNT, Provider.VPC_GEN2));
        clusters = List.of(cloud.prodClassic(), cloud.prodVpc(), openShift);
        place = Workplace.create();
        place.secret("key", EmulatedCloud.PROD_API_KEY);
        place.secret("password", EmulatedCloud.PASSWORD);
        place.secret("refresh", cloud.emulator().issueRefreshToken(cloud.user(), cloud.prod()));
        place.secret("cr-token", EmulatedCloud.COMPUTE_RESOURCE_TOKEN);
        authority = Files.writeString(
                place.directory().resolve("authority.pem"), cloud.emulator().caPem());
        place.configure(cloud.emulator(), """
                accounts:
                  key: { api-key: { file: key }, account-id: @ID, endpoints: { ca-file: @CA } }
                  password: { password: { username: @USER, password: { file: password } }, account-id: @ID, endpoints: { ca-file: @CA } }
                  passcode: { passcode: {}, account-id: @ID, endpoints: { ca-file: @CA } }
                  dev: { passcode: {}, account-id: @DEV, endpoints: { ca-file: @CA } }
                  shared: { login: dev, account-id: @ID }
                  refresh: { refresh-token: { file: refresh }, account-id: @ID, endpoints: { ca-file: @CA } }
                  profile: { trusted-profile: { profile-name: @PROFILE, cr-token-file: cr-token }, account-id: @ID }
                """.replace("@ID", EmulatedCloud.PROD_ACCOUNT)
                .replace("@DEV", EmulatedCloud.DEV_ACCOUNT)
                .replace("@CA", authority.toString())
                .replace("@USER", EmulatedCloud.USER)
                .replace("@PROFILE", EmulatedCloud.PROFILE_NAME));
        daemon = place.serve();
    }

    private static Map<String, String> logins() {
        Map<String, String> logins = new LinkedHashMap<>();
        logins.put("key", "`api-key`");
        logins.put("password", "`password`");
        logins.put("passcode", "`passcode`");
        logins.put("shared", "`login:` of another account's `passcode`");
        logins.put("refresh", "`refresh-token`");
        logins.put("profile", "`trusted-profile`");
        return logins;
    }

    @BeforeAll
    void prepare() throws IOException, InterruptedException {
        kubectls = Kubectl.oneOfEach();
        for (String account : List.of("passcode", "dev")) {
            Ran login = place.cli("login", account, "--passcode", "-")
                    .stdin(cloud.emulator().addPasscode(cloud.user()))
                    .run();
            assertThat(login.exitCode()).as(login.all()).isZero();
        }
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
    void everyCombination_letsIn_andIsWhatTheDocumentSays() throws Exception {
        List<String> byKubectl = byKubectl();
        List<String> byLogin = byLogin();
        String text = "| kubectl | exec API | " + COLUMNS + "\n| --- | --- |" + " --- |".repeat(6) + "\n"
                + String.join("\n", byKubectl) + "\n\n| login | exec API | " + COLUMNS + "\n| --- | --- |"
                + " --- |".repeat(6) + "\n"
                + String.join("\n", byLogin) + "\n";
        Files.writeString(Path.of("target", "kubernetes-table.md"), text);

        assertThat(failures).isEmpty();
        List<String> document = Files.readAllLines(Checkout.root().resolve("docs/kubernetes.md"));
        assertThat(table(document, "| login | exec API | " + COLUMNS)).isEqualTo(byLogin);
        List<String> told = table(document, "| kubectl | exec API | " + COLUMNS);
        Set<String> here = versions(byKubectl);
        if (!"true".equals(System.getenv("CI")) && !here.containsAll(versions(told))) {
            // Of the others this machine knows nothing; the one of CI has them all.
            told = about(here, told);
            byKubectl = about(versions(told), byKubectl);
        }
        assertThat(told).isNotEmpty().isEqualTo(byKubectl);
        assertThat(document)
                .as("rows outside of the tables")
                .filteredOn(line -> line.matches("\\| 1\\.\\d+ \\| v1.*"))
                .hasSameSizeAs(table(document, "| kubectl | exec API | " + COLUMNS));
    }

    /** The rows of the one table that begins so, down to the empty line behind it. */
    private static List<String> table(List<String> document, String head) {
        assertThat(document).containsOnlyOnce(head);
        return document.stream()
                .skip(document.indexOf(head) + 2L)
                .takeWhile(line -> !line.isBlank())
                .toList();
    }

    private static Set<String> versions(List<String> rows) {
        return rows.stream().map(KubernetesTableIT::version).collect(Collectors.toSet());
    }

    private static String version(String row) {
        return row.substring(0, row.indexOf('|', 1));
    }

    private static List<String> about(Set<String> versions, List<String> rows) {
        return rows.stream().filter(row -> versions.contains(version(row))).toList();
    }

    private List<String> byKubectl() throws Exception {
        List<String> rows = new ArrayList<>();
        for (Kubectl kubectl : kubectls) {
            for (String api : List.of("v1", "v1beta1")) {
                rows.add("| " + kubectl.minorVersion() + " | " + api + " |" + cells(List.of(kubectl), "key", api));
            }
        }
        return rows;
    }

    private List<String> byLogin() throws Exception {
        List<String> rows = new ArrayList<>();
        List<Kubectl> ends = Kubectl.oldestAndNewest();
        for (Map.Entry<String, String> login : LOGINS.entrySet()) {
            // Every kubectl has tried the key already: what failed there is among the failures.
            boolean isTried = login.getKey().equals("key");
            String v1 = cells(isTried ? List.of() : ends, login.getKey(), "v1");
            // What the plugin answers differs in one word, which the newest reads as the others do.
            String beta = cells(isTried ? List.of() : List.of(ends.getLast()), login.getKey(), "v1beta1");
            rows.add("| " + login.getValue() + " | v1 |" + v1);
            rows.add("| " + login.getValue() + " | v1beta1 |" + beta);
        }
        return rows;
    }

    private String cells(List<Kubectl> each, String account, String api) throws Exception {
        StringBuilder cells = new StringBuilder();
        for (EmulatedCluster cluster : clusters) {
            for (String endpoint : ENDPOINTS) {
                cells.append(' ')
                        .append(cell(each, account, api, cluster, endpoint))
                        .append(" |");
            }
        }
        return cells.toString();
    }

    private String cell(List<Kubectl> each, String account, String api, EmulatedCluster cluster, String endpoint)
            throws Exception {
        // A trusted profile has no session, and so no passcode for the cluster's OAuth server.
        boolean refused = account.equals("profile") && cluster.spec().isOpenShift();
        Path kubeconfig = kubeconfig(account, api, cluster, endpoint);
        String name = account.equals("profile") ? "IAM#" : USER_NAME;
        for (Kubectl kubectl : each) {
            Ran ran = kubectl.program(place, kubeconfig, "auth", "whoami", "--output", "jsonpath={.status.userInfo}")
                    .env("SSL_CERT_FILE", authority)
                    .run();
            boolean asExpected = refused
                    ? ran.exitCode() != 0 && ran.err().contains("logs in by trusted-profile")
                    : ran.exitCode() == 0
                            && ran.out().contains(name)
                            && ran.err().isEmpty();
            if (!asExpected) {
                failures.add(List.of(kubectl.version(), account, api, cluster.name(), endpoint) + ": " + ran.all());
                return "FAILED";
            }
        }
        return refused ? "refused" : "yes";
    }

    /**
     * As the broker writes it, but for the version of the API. The command prints what the daemon answers: it is run once
     * for each type of cluster, and the daemon asked for the rest.
     */
    private Path kubeconfig(String account, String api, EmulatedCluster cluster, String endpoint) throws Exception {
        Path file = place.directory().resolve(String.join("-", account, api, cluster.name(), endpoint));
        if (!Files.exists(file)) {
            String text = kubeconfig(account, cluster, endpoint);
            String url = endpoint.equals("public") ? cluster.url() : cluster.privateUrl();
            assertThat(text).contains("server: \"" + url + "\"");
            Files.writeString(file, text.replace(V1 + "\n", "client.authentication.k8s.io/" + api + "\n"));
        }
        return file;
    }

    private String kubeconfig(String account, EmulatedCluster cluster, String endpoint) throws Exception {
        if (account.equals("key") && endpoint.equals("public")) {
            return new Kubeconfigs(place).printed(account, cluster, "--endpoint", endpoint);
        }
        Answer answer = place.http()
                .get("/v1/accounts/%s/clusters/%s/kubeconfig?endpoint=%s".formatted(account, cluster.name(), endpoint));
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }
}

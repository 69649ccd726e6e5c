package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.Emulator;
import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.emulator.record.RecordedRequest;
import dev.iambroker.emulator.settings.Generation;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Kubectl;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The flows of 2017 and 2019 in their own form, and that of today beside them in one daemon. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BluemixIT {
    private static final String REFRESH_TOKEN = "X-Auth-Refresh-Token";
    private static final String REGION = "X-Region";

    private final EmulatedCloud of2017 = SampleCloud.start(Generation.BLUEMIX_2017);
    private final EmulatedCloud of2019 = SampleCloud.start(Generation.BLUEMIX_2019);
    private final EmulatedCloud ofToday = SampleCloud.start();
    private final Workplace place;
    private final Daemon daemon;

    BluemixIT() throws IOException, InterruptedException {
        place = Workplace.create();
        place.secret("key", EmulatedCloud.PROD_API_KEY);
        place.secret("password", EmulatedCloud.PASSWORD);
        place.configure("""
                accounts:
                  y2017: { password: { username: @USER, password: { file: password } }, account-id: @PROD, cloud: bluemix-2017, endpoints: @E2017 }
                  y2019: { passcode: {}, account-id: @PROD, cloud: bluemix-2019, endpoints: @E2019 }
                  y2019-dev: { login: y2019, account-id: @DEV }
                  today: { api-key: { file: key }, account-id: @PROD, endpoints: @TODAY }
                """.replace("@USER", EmulatedCloud.USER)
                .replace("@PROD", EmulatedCloud.PROD_ACCOUNT)
                .replace("@DEV", EmulatedCloud.DEV_ACCOUNT)
                .replace("@E2017", endpoints(of2017))
                .replace("@E2019", endpoints(of2019))
                .replace("@TODAY", endpoints(ofToday)));
        daemon = place.serve();
    }

    private static String endpoints(EmulatedCloud cloud) {
        Emulator emulator = cloud.emulator();
        return "{ iam: \"%s\", accounts: \"%s\", containers: \"%s\" }"
                .formatted(emulator.iamUrl(), emulator.accountsUrl(), emulator.containersUrl());
    }

    @AfterAll
    void stop() throws IOException {
        daemon.close();
        for (EmulatedCloud cloud : List.of(of2017, of2019, ofToday)) {
            assertThat(cloud.emulator().departures()).isEmpty();
            assertThat(cloud.emulator().peakInFlightOfASession()).isLessThanOrEqualTo(1);
            cloud.close();
        }
        place.close();
    }

    @Test
    void of2019_onePasscodeForTwoAccounts_toKubectl() throws Exception {
        List<Kubectl> kubectls = Kubectl.oldestAndNewest();
        String passcode = of2019.emulator().addPasscode(of2019.user());
        Ran login =
                place.cli("login", "y2019", "--passcode", "-").stdin(passcode).run();
        assertThat(login.exitCode()).as(login.all()).isZero();

        askAtOnce(
                "token y2019 --kind access",
                "token y2019-dev --kind access",
                "token y2019 --kind uaa",
                "token y2019-dev --kind kube");
        assertThat(must("accounts", "y2019")).contains(EmulatedCloud.PROD_ACCOUNT, EmulatedCloud.DEV_ACCOUNT);
        assertThat(must("clusters", "y2019"))
                .contains("prod-classic", "prod-vpc")
                .doesNotContain("dev-vpc");
        assertThat(must("clusters", "y2019-dev")).contains("dev-vpc").doesNotContain("prod-");
        Path file = place.directory().resolve("kubeconfig-2019");
        must("kubeconfig", "y2019", "--all", "--merge=" + file);
        must("kubeconfig", "y2019-dev", "dev-vpc", "--merge=" + file);
        for (Kubectl kubectl : kubectls) {
            for (String cluster : List.of("prod-classic", "prod-vpc", "dev-vpc")) {
                String context = cluster + "/emulated0" + cluster.replace('-', '0');
                Ran whoami = kubectl.run(place, file, "--context", context, "auth", "whoami");
                assertThat(whoami.exitCode()).as(whoami.all()).isZero();
                assertThat(whoami.out()).contains("IAM#" + EmulatedCloud.USER);
            }
        }
        assertThat(of2019.emulator().count(GrantKind.PASSCODE)).isEqualTo(1);
        assertThat(paths(of2019)).contains("/identity/token", "/v1/accounts");
        assertThat(containers(of2019)).isNotEmpty().allSatisfy(request -> {
            assertThat(request.header(REFRESH_TOKEN)).as("%s", request).isNotNull();
            assertThat(request.header(REGION) != null)
                    .as("%s", request)
                    .isEqualTo(!request.path().endsWith("/regions"));
        });
    }

    @Test
    void of2017_accountsClustersAndUaaTokens_andNoTokenForClusters() throws Exception {
        assertThat(must("token", "y2017")).startsWith("ey");
        assertThat(must("token", "y2017", "--kind", "uaa")).isNotBlank();
        assertThat(must("accounts", "y2017")).contains(EmulatedCloud.PROD_ACCOUNT, EmulatedCloud.DEV_ACCOUNT);
        assertThat(must("clusters", "y2017")).contains("prod-classic", "prod-vpc");
        for (String[] line :
                new String[][] {{"kubeconfig", "y2017", "prod-vpc"}, {"token", "y2017", "--kind", "kube"}}) {
            Ran refused = place.run((Object[]) line);
            assertThat(refused.exitCode()).as(refused.all()).isEqualTo(2);
            assertThat(refused.errorLines()).singleElement().asString().contains("bluemix-2017");
        }
        assertThat(paths(of2017)).contains("/oidc/token", "/v1/accounts");
        assertThat(of2017.emulator().count(GrantKind.PASSWORD)).isEqualTo(1);
        assertThat(containers(of2017)).isNotEmpty().allSatisfy(request -> {
            assertThat(request.header(REFRESH_TOKEN)).as("%s", request).isNotNull();
            assertThat(request.header(REGION)).as("%s", request).isNull();
        });
    }

    @Test
    void ofToday_containersService_neverSeesTheRefreshToken() throws Exception {
        must("clusters", "today");
        must("kubeconfig", "today", "prod-vpc");
        assertThat(containers(ofToday)).isNotEmpty().allSatisfy(request -> {
            assertThat(request.header(REFRESH_TOKEN)).as("%s", request).isNull();
            assertThat(request.header(REGION)).as("%s", request).isNull();
        });
    }

    private static List<String> paths(EmulatedCloud cloud) {
        return cloud.emulator().requests().stream()
                .map(RecordedRequest::path)
                .distinct()
                .toList();
    }

    private static List<RecordedRequest> containers(EmulatedCloud cloud) {
        return cloud.emulator().requests().stream()
                .filter(request -> request.listener().equals("cloud"))
                .filter(request -> Stream.of("/clusters", "/regions", "Clusters", "Cluster", "Kubeconfig")
                        .anyMatch(request.path()::contains))
                .toList();
    }

    private String must(Object... arguments) throws IOException, InterruptedException {
        Ran ran = place.run(arguments);
        assertThat(ran.exitCode()).as(ran.all()).isZero();
        return ran.out();
    }

    /** All of them refresh the one session that the accounts share. */
    private void askAtOnce(String... lines) throws IOException, InterruptedException {
        List<Process> asked = new ArrayList<>();
        Path err = Files.createTempFile(place.directory(), "asked-", ".err");
        for (String line : lines) {
            asked.add(place.cli((Object[]) line.split(" "))
                    .start(Redirect.from(Path.of("/dev/null").toFile()), Path.of("/dev/null"), err));
        }
        for (Process each : asked) {
            assertThat(each.waitFor()).as(Files.readString(err)).isZero();
        }
    }
}

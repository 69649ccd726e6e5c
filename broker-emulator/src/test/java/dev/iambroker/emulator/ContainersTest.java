package dev.iambroker.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.Caller.Answer;
import dev.iambroker.emulator.settings.Generation;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

final class ContainersTest {
    private final List<EmulatedCloud> clouds = new ArrayList<>();

    @AfterEach
    void close() {
        clouds.forEach(cloud -> assertThat(cloud.emulator().departures()).isEmpty());
        clouds.forEach(EmulatedCloud::close);
    }

    private EmulatedCloud cloud(Generation generation) {
        EmulatedCloud cloud =
                EmulatedCloud.sample(Emulator.builder().keys(Keys.SHARED).generation(generation));
        clouds.add(cloud);
        return cloud;
    }

    private static String prodToken(EmulatedCloud cloud) {
        return "bearer " + cloud.emulator().issueAccessToken(cloud.user(), cloud.prod());
    }

    private static Answer v2(EmulatedCloud cloud, String path) {
        return new Caller(cloud.emulator().containersUrl()).get("/v2" + path, "Authorization", prodToken(cloud));
    }

    private static Answer apply(EmulatedCloud cloud, String body) {
        return new Caller(cloud.emulator().containersUrl())
                .send(
                        "POST",
                        "/v2/applyRBACAndGetKubeconfig",
                        body,
                        "Authorization",
                        prodToken(cloud),
                        "Content-Type",
                        "application/json");
    }

    @Test
    void v2_lists_showTheClustersOfTheAccountByProvider() {
        EmulatedCloud cloud = cloud(Generation.IBM_CLOUD);
        JsonNode classic = v2(cloud, "/classic/getClusters").json();
        JsonNode vpc = v2(cloud, "/vpc/getClusters?provider=vpc-gen2").json();

        assertThat(classic).hasSize(1);
        assertThat(classic.get(0).get("publicServiceEndpointURL").asString())
                .isEqualTo(cloud.prodClassic().url());
        assertThat(classic.get(0).has("serviceEndpoints")).isFalse();
        assertThat(vpc).hasSize(1);
        assertThat(vpc.get(0).has("publicServiceEndpointURL")).isFalse();
        assertThat(vpc.get(0)
                        .path("serviceEndpoints")
                        .path("privateServiceEndpointURL")
                        .asString())
                .isEqualTo(cloud.prodVpc().privateUrl());
    }

    @Test
    void v2_detail_findsByNameAndIdWithinTheAccount() {
        EmulatedCloud cloud = cloud(Generation.IBM_CLOUD);
        JsonNode byName = v2(cloud, "/getCluster?cluster=prod-vpc").json();
        JsonNode byId = v2(cloud, "/getCluster?cluster=" + cloud.prodVpc().id()).json();
        Answer foreign = v2(cloud, "/getCluster?cluster=dev-vpc");

        assertThat(byName).isEqualTo(byId);
        assertThat(byName.get("masterURL").asString()).isEqualTo(cloud.prodVpc().url());
        assertThat(byName.get("serverURL").asString()).isEmpty();
        assertThat(foreign.status()).isEqualTo(404);
        assertThat(foreign.field("code")).isEqualTo("G0004");
        assertThat(foreign.field("type")).isEqualTo("General");
        assertThat(foreign.json().has("incidentID")).isTrue();
    }

    @Test
    void v2_unboundToken_isRefused() {
        EmulatedCloud cloud = cloud(Generation.IBM_CLOUD);
        String unbound = "bearer " + cloud.emulator().issueAccessToken(cloud.user(), null);
        Answer answer =
                new Caller(cloud.emulator().containersUrl()).get("/v2/classic/getClusters", "Authorization", unbound);

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.field("code")).isEqualTo("A0003");
    }

    @Test
    void applyRoles_answersKubeconfigAndSynchronizes() {
        EmulatedCloud cloud = cloud(Generation.IBM_CLOUD);
        assertThat(v2(cloud, "/getRBACStatus?cluster=prod-vpc")
                        .json()
                        .get("synchronized")
                        .asBoolean())
                .isFalse();
        JsonNode config =
                apply(cloud, "{\"cluster\":\"prod-vpc\",\"format\":\"json\"}").json();

        JsonNode cluster = config.path("clusters").get(0).path("cluster");
        assertThat(cluster.path("server").asString()).isEqualTo(cloud.prodVpc().url());
        assertThat(new String(
                        Base64.getDecoder()
                                .decode(cluster.path("certificate-authority-data")
                                        .asString()),
                        StandardCharsets.US_ASCII))
                .isEqualTo(cloud.prodVpc().caPem());
        JsonNode provider =
                config.path("users").get(0).path("user").path("auth-provider").path("config");
        assertThat(provider.has("id-token")).isTrue();
        assertThat(provider.has("refresh-token")).isFalse();
        assertThat(v2(cloud, "/getRBACStatus?cluster=prod-vpc")
                        .json()
                        .get("synchronized")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void kubeconfig_otherFormatsAndEndpoint() throws IOException {
        EmulatedCloud cloud = cloud(Generation.IBM_CLOUD);
        String yaml = apply(cloud, "{\"cluster\":\"prod-vpc\",\"format\":\"yaml\",\"endpointType\":\"private\"}")
                .text();
        Answer zip = v2(cloud, "/getKubeconfig?cluster=prod-vpc");

        assertThat(yaml).contains("server: " + cloud.prodVpc().privateUrl(), "certificate-authority-data: ");
        assertThat(names(zip)).containsExactly("kube-config-dal10-prod-vpc.yml", "ca-dal10-prod-vpc.pem");
    }

    private static List<String> names(Answer zip) throws IOException {
        List<String> names = new ArrayList<>();
        try (ZipInputStream in =
                new ZipInputStream(new ByteArrayInputStream(zip.response().body()))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                names.add(entry.getName());
            }
        }
        return names;
    }

    private static Answer v1(EmulatedCloud cloud, String path, String... more) {
        List<String> headers = new ArrayList<>(List.of(
                "Authorization",
                prodToken(cloud),
                "X-Auth-Refresh-Token",
                cloud.emulator().issueRefreshToken(cloud.user(), cloud.prod())));
        headers.addAll(List.of(more));
        return new Caller(cloud.emulator().containersUrl()).get(path, headers.toArray(String[]::new));
    }

    @Test
    void v1_of2019_listsRegionsAndTheClustersOfARegion() throws IOException {
        EmulatedCloud cloud = cloud(Generation.BLUEMIX_2019);

        assertThat(v1(cloud, "/v1/regions").json().get("regions")).hasSize(6);
        assertThat(v1(cloud, "/v1/clusters", "X-Region", "us-south").json()).hasSize(2);
        assertThat(v1(cloud, "/global/v1/clusters", "X-Region", "eu-central").json())
                .isEmpty();
        JsonNode detail = v1(cloud, "/v1/clusters/" + cloud.prodVpc().id(), "X-Region", "us-south")
                .json();
        assertThat(detail.get("publicServiceEndpointURL").asString())
                .isEqualTo(cloud.prodVpc().url());
        Answer config = v1(cloud, "/v1/clusters/prod-vpc/config", "X-Region", "us-south");
        assertThat(names(config))
                .first()
                .asString()
                .startsWith("kubeConfig-" + cloud.prodVpc().id() + "/");
    }

    @Test
    void v1_of2017_listsClustersWithoutRegion() {
        assertThat(v1(cloud(Generation.BLUEMIX_2017), "/v1/clusters").json()).hasSize(2);
    }

    @Test
    void v1_headersOfAnotherPage_areDepartures() {
        EmulatedCloud cloud =
                EmulatedCloud.sample(Emulator.builder().keys(Keys.SHARED).generation(Generation.BLUEMIX_2019));
        try (cloud) {
            assertThat(v1(cloud, "/v1/regions", "X-Region", "us-south").text()).contains("unexpected header X-Region");
            assertThat(v1(cloud, "/v1/clusters").text()).contains("missing header X-Region");
            assertThat(new Caller(cloud.emulator().containersUrl())
                            .get("/v1/regions", "Authorization", prodToken(cloud))
                            .text())
                    .contains("X-Auth-Refresh-Token");
            assertThat(cloud.emulator().departures()).hasSize(3);
        }
    }
}

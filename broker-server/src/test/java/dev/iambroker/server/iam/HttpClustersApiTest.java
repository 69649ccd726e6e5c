package dev.iambroker.server.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.iambroker.account.Cloud;
import dev.iambroker.account.Cluster;
import dev.iambroker.account.ServiceFailure;
import dev.iambroker.secret.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class HttpClustersApiTest {
    private static final Secret ACCESS = Secret.of("canary.access");
    private static final Secret REFRESH = Secret.of("canary-refresh");
    private static final String BEARER = "Authorization: bearer canary.access";
    private static final String AGENT = "User-Agent: iam-broker/1.2.3";
    private static final String X_REFRESH = "X-Auth-Refresh-Token: canary-refresh";

    private static String pem = "";

    @BeforeAll
    static void makeCertificate() throws IOException {
        pem = Files.readString(SelfSigned.shared().pem());
    }

    @Test
    void list_version2_mergesClassicAndVpc() {
        try (RawServer server = new RawServer()
                        .thenAnswer(200, "[{\"id\":\"c1\",\"name\":\"one\"},{\"id\":\"both\",\"name\":\"b\"}]")
                        .thenAnswer(200, "[{\"id\":\"both\",\"name\":\"b\"},{\"id\":\"v1\",\"name\":\"two\"},{}]");
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            List<Cluster> clusters = wire.clusters.list(wire.account, ACCESS, REFRESH);

            assertThat(clusters).extracting(Cluster::id).containsExactly("c1", "both", "v1");
            assertThat(server.requests())
                    .containsExactly(
                            get(server, "/global/v2/classic/getClusters", BEARER, AGENT),
                            get(server, "/global/v2/vpc/getClusters?provider=vpc-gen2", BEARER, AGENT));
        }
    }

    @Test
    void get_version2_readsBothShapesOfEndpoints() {
        String body = """
                {"id":"v1","name":"two","type":"kubernetes","provider":"vpc-gen2","region":"eu-de","state":"normal",
                "masterKubeVersion":"1.31.2_1540","masterURL":"https://c2.eu-de.containers.cloud.ibm.com:30422",
                "serverURL":"","virtualPrivateEndpointURL":"https://v1.vpe.private.eu-de.containers.cloud.ibm.com:30422",
                "serviceEndpoints":{"publicServiceEndpointEnabled":true,"privateServiceEndpointEnabled":true,
                "publicServiceEndpointURL":"https://c2.eu-de.containers.cloud.ibm.com:30422",
                "privateServiceEndpointURL":"https://c2.private.eu-de.containers.cloud.ibm.com:30422"}}""";
        try (RawServer server = new RawServer().thenAnswer(200, body);
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            Cluster cluster = wire.clusters.get(wire.account, ACCESS, null, "my cluster&x");

            assertThat(cluster)
                    .isEqualTo(new Cluster(
                            "v1",
                            "two",
                            "kubernetes",
                            "vpc-gen2",
                            "eu-de",
                            "normal",
                            "1.31.2_1540",
                            "https://c2.eu-de.containers.cloud.ibm.com:30422",
                            "https://c2.private.eu-de.containers.cloud.ibm.com:30422",
                            Set.of(
                                    "https://c2.eu-de.containers.cloud.ibm.com:30422",
                                    "https://c2.private.eu-de.containers.cloud.ibm.com:30422",
                                    "https://v1.vpe.private.eu-de.containers.cloud.ibm.com:30422")));
            assertThat(server.onlyRequest())
                    .isEqualTo(get(server, "/global/v2/getCluster?cluster=my+cluster%26x", BEARER, AGENT));
        }
    }

    @Test
    void get_onlyPrivateEndpoint_hasNoPublicUrl() {
        Cluster cluster = gotten("""
                {"id":"c","name":"n","masterURL":"https://c2.private.us-south.containers.cloud.ibm.com:1",
                "publicServiceEndpointEnabled":false,"publicServiceEndpointURL":"https://stale.example",
                "privateServiceEndpointEnabled":true}""");

        assertThat(cluster.publicUrl()).isNull();
        assertThat(cluster.privateUrl()).isEqualTo("https://c2.private.us-south.containers.cloud.ibm.com:1");
        assertThat(cluster.endpoints()).containsExactly("https://c2.private.us-south.containers.cloud.ibm.com:1");
    }

    @Test
    void get_onlyMasterUrl_isThePublicUrl() {
        Cluster cluster = gotten("{\"id\":\"c\",\"masterURL\":\"https://c2.us-south.containers.cloud.ibm.com:1\"}");

        assertThat(cluster.name()).isEqualTo("c");
        assertThat(cluster.publicUrl()).isEqualTo("https://c2.us-south.containers.cloud.ibm.com:1");
        assertThat(cluster.privateUrl()).isNull();
    }

    @Test
    void get_endpointsThatAreNotHttps_areLeftOut() {
        assertThat(gotten("{\"id\":\"c\",\"masterURL\":\"http://plain.example\",\"serverURL\":7}")
                        .endpoints())
                .isEmpty();
    }

    @Test
    void get_unknown_tellsCodeDescriptionAndIncident() {
        String body = """
                {"incidentID":"inc-1","code":"G0004","description":"No such cluster canary.access.","type":"General"}""";
        try (RawServer server = new RawServer().thenAnswer(404, body);
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            ServiceFailure failure = catchThrowableOfType(
                    ServiceFailure.class, () -> wire.clusters.get(wire.account, ACCESS, null, "nope"));

            assertThat(failure.status()).isEqualTo(404);
            assertThat(failure.code()).isEqualTo("G0004");
            assertThat(failure)
                    .hasMessage("the containers service at " + server.authority()
                            + " answered 404 G0004: No such cluster [removed], incident inc-1");
        }
    }

    @Test
    void list_2019_asksRegionsThenEachRegion() {
        try (RawServer server = new RawServer()
                        .thenAnswer(
                                200,
                                "{\"regions\":[{\"name\":\"ap-north\",\"alias\":\"jp-tok\"},{\"name\":\"us-south\"}]}")
                        .thenAnswer(200, "[]")
                        .thenAnswer(200, "[{\"id\":\"c1\",\"name\":\"one\",\"region\":\"us-south\"}]");
                Wire wire = Wire.to(server, Cloud.BLUEMIX_2019, true)) {
            assertThat(wire.clusters.list(wire.account, ACCESS, REFRESH)).hasSize(1);

            assertThat(server.requests())
                    .containsExactly(
                            get(server, "/v1/regions", BEARER, AGENT, X_REFRESH),
                            get(server, "/v1/clusters", BEARER, AGENT, X_REFRESH, "X-Region: ap-north"),
                            get(server, "/v1/clusters", BEARER, AGENT, X_REFRESH, "X-Region: us-south"));
        }
    }

    @Test
    void get_2019InAConfiguredRegion_asksThatRegionAlone() {
        String detail =
                "{\"id\":\"c1\",\"name\":\"one\",\"region\":\"eu-de\",\"publicServiceEndpointURL\":\"https://m.example\"}";
        try (RawServer server = new RawServer()
                        .thenAnswer(200, "[{\"id\":\"c1\",\"name\":\"one\",\"region\":\"eu-de\"}]")
                        .thenAnswer(200, detail);
                Wire wire = Wire.to(server, Cloud.BLUEMIX_2019, true, "eu-de")) {
            Cluster cluster = wire.clusters.get(wire.account, ACCESS, REFRESH, "one");

            assertThat(cluster.publicUrl()).isEqualTo("https://m.example");
            assertThat(server.requests())
                    .containsExactly(
                            get(server, "/v1/clusters", BEARER, AGENT, X_REFRESH, "X-Region: eu-de"),
                            get(server, "/v1/clusters/c1", BEARER, AGENT, X_REFRESH, "X-Region: eu-de"));
        }
    }

    @Test
    void get_2017_findsInTheListAsThePageKnowsNoDetails() {
        try (RawServer server = new RawServer()
                        .thenAnswer(200, "[{\"id\":\"c1\",\"name\":\"one\",\"serverURL\":\"https://s.example\"}]");
                Wire wire = Wire.to(server, Cloud.BLUEMIX_2017, true)) {
            Cluster cluster = wire.clusters.get(wire.account, ACCESS, REFRESH, "c1");

            assertThat(cluster.publicUrl()).isEqualTo("https://s.example");
            assertThat(server.onlyRequest()).isEqualTo(get(server, "/v1/clusters", BEARER, AGENT, X_REFRESH));
        }
    }

    @Test
    void get_2017Unknown_is404() {
        try (RawServer server = new RawServer().thenAnswer(200, "[]");
                Wire wire = Wire.to(server, Cloud.BLUEMIX_2017, true)) {
            ServiceFailure failure = catchThrowableOfType(
                    ServiceFailure.class, () -> wire.clusters.get(wire.account, ACCESS, REFRESH, "nope"));

            assertThat(failure.status()).isEqualTo(404);
        }
    }

    @Test
    void certificateAuthority_json_isDecodedAndRbacAwaited() {
        try (RawServer server = new RawServer()
                        .thenAnswer(200, json())
                        .thenAnswer(200, "{\"synchronized\":false}")
                        .thenAnswer(200, "{\"synchronized\":true}");
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            assertThat(authority(wire, "kubernetes")).isEqualTo(pem);

            String body = "{\"cluster\":\"c1\",\"format\":\"json\"}";
            assertThat(server.requests().getFirst())
                    .isEqualTo(String.join(
                            "\r\n",
                            "POST /global/v2/applyRBACAndGetKubeconfig HTTP/1.1",
                            "Content-Length: " + body.length(),
                            "Host: " + server.authority(),
                            BEARER,
                            "Content-Type: application/json",
                            AGENT,
                            "",
                            body));
            assertThat(server.requests().get(1))
                    .isEqualTo(get(server, "/global/v2/getRBACStatus?cluster=c1", BEARER, AGENT));
            assertThat(wire.slept).containsExactly(Duration.ofSeconds(1));
        }
    }

    @Test
    void certificateAuthority_rbacNeverSynchronized_goesOnAfterABoundedWait() {
        try (RawServer server = new RawServer().thenAnswer(200, json());
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            for (int i = 0; i < 10; i++) {
                server.thenAnswer(200, "{\"synchronized\":false,\"error\":\"later\"}");
            }

            assertThat(authority(wire, "kubernetes")).isEqualTo(pem);
            assertThat(wire.slept).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4));
        }
    }

    @Test
    void certificateAuthority_rbacStatusRefused_isNoFailure() {
        try (RawServer server = new RawServer().thenAnswer(200, json()).thenAnswer(403, "");
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            assertThat(authority(wire, "kubernetes")).isEqualTo(pem);
        }
    }

    /** The private address that is told has a certificate that only the cluster itself vouches for. */
    @Test
    void cluster_openShiftOnly_hasThePrivateAddressWithTheTrustedCertificate() {
        String told = "https://c100.private.us-south.containers.cloud.ibm.com:31234";
        String trusted = "https://c100-e.private.us-south.containers.cloud.ibm.com:31234";
        for (String type : List.of("openshift", "kubernetes")) {
            String body = "{\"id\":\"c1\",\"name\":\"n\",\"type\":\"" + type + "\",\"masterURL\":\"" + told
                    + "\",\"serviceEndpoints\":{\"privateServiceEndpointEnabled\":true,\"privateServiceEndpointURL\":\""
                    + told + "\",\"publicServiceEndpointEnabled\":false}}";
            try (RawServer server = new RawServer().thenAnswer(200, body);
                    Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
                Cluster cluster = wire.clusters.get(wire.account, ACCESS, null, "c1");
                boolean isOpenShift = type.equals("openshift");
                assertThat(cluster.privateUrl()).isEqualTo(isOpenShift ? trusted : told);
                assertThat(cluster.publicUrl()).isNull();
                assertThat(cluster.endpoints()).isEqualTo(isOpenShift ? Set.of(told, trusted) : Set.of(told));
            }
        }
    }

    @Test
    void certificateAuthority_openShift_isNone() {
        String body = "{\"clusters\":[{\"cluster\":{\"server\":\"https://c100-e.example\"}}]}";
        try (RawServer server = new RawServer().thenAnswer(200, body).thenAnswer(200, "{\"synchronized\":true}");
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            assertThat(authority(wire, "openshift")).isNull();
        }
    }

    @Test
    void certificateAuthority_kubernetesWithout_fails() {
        try (RawServer server = new RawServer()
                        .thenAnswer(200, "{\"clusters\":[]}")
                        .thenAnswer(200, "{\"synchronized\":true}");
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            ServiceFailure failure = catchThrowableOfType(ServiceFailure.class, () -> authority(wire, "kubernetes"));

            assertThat(failure).hasMessageContaining("certificate authority");
        }
    }

    @Test
    void certificateAuthority_2019_readsTheZipOfVersion1() {
        byte[] zip = KubeconfigCaTest.zip(
                "kubeConfig1/kube-config.yml",
                "clusters:\n- cluster:\n    certificate-authority: ca-dal10-one.pem\n",
                "kubeConfig1/ca-dal10-one.pem",
                pem);
        try (RawServer server = new RawServer().thenAnswer(200, zip);
                Wire wire = Wire.to(server, Cloud.BLUEMIX_2019, true)) {
            assertThat(authority(wire, "kubernetes")).isEqualTo(pem);
            assertThat(server.onlyRequest())
                    .isEqualTo(get(server, "/v1/clusters/c1/config", BEARER, AGENT, X_REFRESH, "X-Region: us-south"));
        }
    }

    private static Cluster gotten(String body) {
        try (RawServer server = new RawServer().thenAnswer(200, body);
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            return wire.clusters.get(wire.account, ACCESS, null, "c");
        }
    }

    private static @Nullable String authority(Wire wire, String type) {
        Cluster cluster = new Cluster("c1", "one", type, null, "us-south", null, null, null, null, Set.of());
        return wire.clusters.certificateAuthority(wire.account, ACCESS, REFRESH, cluster);
    }

    private static String json() {
        return "{\"clusters\":[{\"cluster\":{\"certificate-authority-data\":\"" + KubeconfigCaTest.base64(pem)
                + "\"}}]}";
    }

    private static String get(RawServer server, String path, String... headers) {
        return "GET " + path + " HTTP/1.1\r\nHost: " + server.authority() + "\r\n" + String.join("\r\n", headers)
                + "\r\n\r\n";
    }
}

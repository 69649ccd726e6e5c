package dev.iambroker.server.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.account.Cloud;
import dev.iambroker.account.TrustedProfile;
import dev.iambroker.iam.Grant;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.secret.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every grant of every generation, byte for byte as it arrives. */
final class GrantBytesTest {
    private static final String FORM = "Content-Type: application/x-www-form-urlencoded";
    private static final String BX = "Authorization: Basic Yng6Yng=";
    private static final String KUBE = "Authorization: Basic a3ViZTprdWJl";
    private static final String NO_CACHE = "cache-control: no-cache";

    private static final String TOKEN = "/identity/token";
    private static final String OIDC = "/oidc/token";
    private static final String URN = "urn%3Aibm%3Aparams%3Aoauth%3Agrant-type%3A";
    private static final String ANSWER = """
            {"access_token":"a","id_token":"i","delegated_refresh_token":"d","refresh_token":"r","expires_in":3600}""";

    record Case(String name, Cloud cloud, boolean uaa, Grant grant, String path, List<String> headers, String body) {
        @Override
        public String toString() {
            return cloud.word() + (uaa ? " with uaa, " : ", ") + name;
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void request_grantOfGeneration_sendsTheBytesOfItsPage(Case expected) {
        try (RawServer server = new RawServer().thenAnswer(200, ANSWER);
                Wire wire = Wire.to(server, expected.cloud(), expected.uaa())) {
            wire.iam.request(wire.account, expected.grant());

            assertThat(server.onlyRequest()).isEqualTo(bytes(server, expected));
        }
    }

    /** No page prints it; IBM's own client sends it so. */
    @ParameterizedTest
    @EnumSource(
            value = Cloud.class,
            names = {"IBM_CLOUD", "IBM_CLOUD_PRIVATE", "BLUEMIX_2019"})
    void passcode_ofASession_isAskedForInTheBytesOfIbmsClient(Cloud cloud) {
        try (RawServer server = new RawServer().thenAnswer(200, "{\"passcode\":\"p\"}");
                Wire wire = Wire.to(server, cloud, false)) {
            assertThat(wire.iam
                            .passcode(wire.account, Secret.of("a refresh+token"))
                            .matches(Secret.of("p")))
                    .isTrue();

            String body = "grant_type=refresh_token&refresh_token=a+refresh%2Btoken&response_type=cloud_iam";
            assertThat(server.onlyRequest())
                    .isEqualTo(String.join(
                            "\r\n",
                            "POST /identity/passcode HTTP/1.1",
                            "Content-Length: " + body.length(),
                            "Host: " + server.authority(),
                            BX,
                            FORM,
                            "User-Agent: iam-broker/1.2.3",
                            "",
                            body));
            assertThat(wire.heard).containsExactly("one-time-passcode 200");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"passcode\":\"\"}", "{\"passcode\":7}", "[]", ""})
    void passcode_answerWithoutOne_isTriedAgainLater(String answer) {
        try (RawServer server = new RawServer().thenAnswer(200, answer);
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            assertThatThrownBy(() -> wire.iam.passcode(wire.account, Secret.of("canary-refresh")))
                    .isInstanceOf(IamFailure.Retry.class)
                    .hasMessageNotContaining("canary");
        }
    }

    @Test
    void passcode_deadRefreshToken_needsAnotherLogin() {
        String refusal = "{\"errorCode\":\"BXNIM0407E\",\"errorMessage\":\"not canary-refresh\"}";
        try (RawServer server = new RawServer().thenAnswer(400, refusal);
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            assertThatThrownBy(() -> wire.iam.passcode(wire.account, Secret.of("canary-refresh")))
                    .isInstanceOf(IamFailure.Reauthenticate.class)
                    .hasMessageContaining("BXNIM0407E")
                    .hasMessageNotContaining("canary");
        }
    }

    private static String bytes(RawServer server, Case expected) {
        List<String> lines = new ArrayList<>();
        lines.add("POST " + expected.path() + " HTTP/1.1");
        lines.add("Content-Length: " + expected.body().length());
        lines.add("Host: " + server.authority());
        // The JDK sends the headers that it is given in alphabetical order.
        Stream.concat(expected.headers().stream(), Stream.of("User-Agent: iam-broker/1.2.3"))
                .sorted(String.CASE_INSENSITIVE_ORDER)
                .forEach(lines::add);
        return String.join("\r\n", lines) + "\r\n\r\n" + expected.body();
    }

    static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        cases.addAll(bluemix2017());
        cases.addAll(bluemix2019());
        cases.addAll(ibmCloud(Cloud.IBM_CLOUD));
        cases.addAll(ibmCloud(Cloud.IBM_CLOUD_PRIVATE));
        cases.addAll(ibmCloudWithUaa());
        cases.addAll(delegated(Cloud.BLUEMIX_2019));
        cases.addAll(delegated(Cloud.IBM_CLOUD));
        cases.addAll(computeResource());
        return cases;
    }

    private static List<Case> bluemix2017() {
        String type = "response_type=cloud_iam%2C+uaa&";
        String client = "&uaa_client_id=cf&uaa_client_secret=";
        return uaaCases(Cloud.BLUEMIX_2017, OIDC, type, client, client);
    }

    private static List<Case> bluemix2019() {
        String type = "response_type=cloud_iam+uaa&";
        String unbound = "&uaa_client_id=cf&uaa_client_secret=";
        String bound = "&uaa_client_ID=cf&uaa_client_secret=";
        return uaaCases(Cloud.BLUEMIX_2019, TOKEN, type, unbound, bound);
    }

    private static List<Case> ibmCloudWithUaa() {
        String type = "response_type=cloud_iam+uaa&";
        String unbound = "&uaa_client_id=cf&uaa_client_secret=";
        String bound = "&uaa_client_ID=cf&uaa_client_secret=";
        return uaaCases(Cloud.IBM_CLOUD, TOKEN, type, unbound, bound);
    }

    private static List<Case> ibmCloud(Cloud cloud) {
        return cases(cloud, false, TOKEN, "response_type=cloud_iam&", "", "");
    }

    private static List<Case> uaaCases(Cloud cloud, String login, String type, String unbound, String bound) {
        return cases(cloud, true, login, type, unbound, bound);
    }

    private static List<Case> cases(Cloud cloud, boolean uaa, String login, String type, String unbound, String bound) {
        Secret key = Secret.of("k3y_-");
        Secret word = Secret.of("pä ss&=+%*");
        Secret code = Secret.of("AbC123");
        Secret refresh = Secret.of("r/e+f==");
        String account = "&bss_account=" + Wire.ACCOUNT_ID;
        String password = "grant_type=password&" + type + "username=me%40example.com&password=p%C3%A4+ss%26%3D%2B%25*";
        String apiKey = "grant_type=" + URN + "apikey&" + type + "apikey=k3y_-";
        String passcode = "grant_type=" + URN + "passcode&" + type + "passcode=AbC123";
        String renewal = "grant_type=refresh_token&" + type + "refresh_token=r%2Fe%2Bf%3D%3D";
        List<String> bx = List.of(FORM, BX);
        return List.of(
                new Case(
                        "password",
                        cloud,
                        uaa,
                        new Grant.Password("me@example.com", word, null),
                        login,
                        bx,
                        password + unbound),
                new Case(
                        "password bound",
                        cloud,
                        uaa,
                        new Grant.Password("me@example.com", word, Wire.ACCOUNT_ID),
                        login,
                        bx,
                        password + bound + account),
                new Case("api key", cloud, uaa, new Grant.ApiKey(key, null, true), login, bx, apiKey + unbound),
                new Case(
                        "api key bound",
                        cloud,
                        uaa,
                        new Grant.ApiKey(key, Wire.ACCOUNT_ID, true),
                        login,
                        bx,
                        apiKey + bound + account),
                new Case(
                        "api key without client",
                        cloud,
                        uaa,
                        new Grant.ApiKey(key, null, false),
                        login,
                        List.of(FORM),
                        apiKey + unbound),
                new Case("passcode", cloud, uaa, new Grant.Passcode(code, null), login, bx, passcode + unbound),
                new Case(
                        "passcode bound",
                        cloud,
                        uaa,
                        new Grant.Passcode(code, Wire.ACCOUNT_ID),
                        login,
                        bx,
                        passcode + bound + account),
                new Case("refresh", cloud, uaa, new Grant.Refresh(refresh, null), TOKEN, bx, renewal + bound),
                new Case(
                        "refresh bound",
                        cloud,
                        uaa,
                        new Grant.Refresh(refresh, Wire.ACCOUNT_ID),
                        TOKEN,
                        bx,
                        renewal + bound + account));
    }

    private static List<Case> delegated(Cloud cloud) {
        boolean uaa = cloud.keepsUaaTokens();
        return List.of(
                new Case(
                        "delegated refresh",
                        cloud,
                        uaa,
                        new Grant.DelegatedRefresh(Secret.of("re+f")),
                        TOKEN,
                        List.of(FORM, BX, NO_CACHE),
                        "delegated_refresh_token_expiry=600&receiver_client_ids=kube"
                                + "&response_type=delegated_refresh_token&refresh_token=re%2Bf&grant_type=refresh_token"),
                new Case(
                        "delegated exchange",
                        cloud,
                        uaa,
                        new Grant.DelegatedExchange(Secret.of("de+l")),
                        TOKEN,
                        List.of(FORM, KUBE, NO_CACHE),
                        "refresh_token=de%2Bl&grant_type=" + URN + "delegated-refresh-token"),
                new Case(
                        "kube by its own refresh token",
                        cloud,
                        uaa,
                        new Grant.KubeRefresh(Secret.of("ku+b")),
                        TOKEN,
                        List.of(FORM, KUBE),
                        "grant_type=refresh_token&refresh_token=ku%2Bb"),
                new Case(
                        "kube by api key",
                        cloud,
                        uaa,
                        new Grant.KubeApiKey(Secret.of("k3y")),
                        TOKEN,
                        List.of(FORM, KUBE),
                        "grant_type=" + URN + "apikey&response_type=cloud_iam&apikey=k3y"));
    }

    private static List<Case> computeResource() {
        return List.of(
                computeResource("profile_name=ci+one", new TrustedProfile(TrustedProfile.By.NAME, "ci one"), false),
                computeResource("profile_id=Profile-1", new TrustedProfile(TrustedProfile.By.ID, "Profile-1"), false),
                computeResource("profile_crn=crn%3Av1", new TrustedProfile(TrustedProfile.By.CRN, "crn:v1"), false),
                computeResource("profile_id=Profile-1", new TrustedProfile(TrustedProfile.By.ID, "Profile-1"), true));
    }

    private static Case computeResource(String field, TrustedProfile profile, boolean asKube) {
        return new Case(
                asKube ? "compute resource as kube" : "compute resource " + profile.by(),
                Cloud.IBM_CLOUD,
                false,
                new Grant.ComputeResource(Secret.of("cr.t"), profile, asKube),
                TOKEN,
                asKube ? List.of(FORM, KUBE) : List.of(FORM),
                "grant_type=" + URN + "cr-token&cr_token=cr.t&" + field);
    }
}

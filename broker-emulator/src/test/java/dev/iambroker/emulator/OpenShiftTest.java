package dev.iambroker.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.cloud.Provider;
import dev.iambroker.emulator.directory.Account;
import dev.iambroker.emulator.directory.Identity;
import dev.iambroker.emulator.fault.Fault;
import dev.iambroker.emulator.fault.Misbehaviour;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An OpenShift cluster: who gets a token of its OAuth server, and what its API server makes of that. */
final class OpenShiftTest {
    private static final String AUTHORIZE =
            "/oauth/authorize?response_type=token&client_id=openshift-challenging-client";
    private static final Pattern FRAGMENT = Pattern.compile(
            "#access_token=(sha256~[0-9a-f]{43})&expires_in=([0-9]+)&scope=user%3Afull&token_type=Bearer");

    private final ManualClock clock = new ManualClock();
    private final EmulatedCloud cloud =
            EmulatedCloud.sample(Emulator.builder().keys(Keys.SHARED).clock(clock));
    private final Emulator emulator = cloud.emulator();
    private final EmulatedCluster cluster = emulator.addCluster(ClusterSpec.openShift(
            "emulated0prod0roks", "prod-roks", cloud.prod().id(), Provider.VPC_GEN2));

    @AfterEach
    void close() {
        cloud.close();
    }

    private HttpResponse<String> get(String url, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).timeout(Caller.PATIENCE);
        try (HttpClient http = KubeApiTest.trusting(emulator.caPem())) {
            return http.send(
                    (headers.length == 0 ? request : request.headers(headers)).build(), BodyHandlers.ofString());
        }
    }

    private static String basic(String user, String password) {
        byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    private HttpResponse<String> authorize(String passcode) throws Exception {
        return get(cluster.oauthUrl() + AUTHORIZE, "X-CSRF-Token", "1", "Authorization", basic("passcode", passcode));
    }

    private String token() throws Exception {
        Matcher fragment = FRAGMENT.matcher(location(authorize(emulator.addPasscode(cloud.user()))));
        assertThat(fragment.find()).isTrue();
        return fragment.group(1);
    }

    private static String location(HttpResponse<String> answer) {
        return answer.headers().firstValue("Location").orElse("");
    }

    private HttpResponse<String> api(String path, String token) throws Exception {
        return get(cluster.url() + path, "Authorization", "Bearer " + token);
    }

    @Test
    void document_namesTheOAuthServerAtAnotherPort() throws Exception {
        HttpResponse<String> answer = get(cluster.url() + "/.well-known/oauth-authorization-server");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"authorization_endpoint\":\"" + cluster.oauthUrl() + "/oauth/authorize\"");
        assertThat(URI.create(cluster.oauthUrl()).getPort())
                .isNotEqualTo(URI.create(cluster.url()).getPort());
    }

    @Test
    void authorize_withoutCredentials_challengesWhoeverSendsTheCsrfHeader() throws Exception {
        HttpResponse<String> browser = get(cluster.oauthUrl() + AUTHORIZE);
        assertThat(browser.statusCode()).isEqualTo(401);
        assertThat(browser.headers().map()).containsKey("warning").doesNotContainKey("www-authenticate");

        HttpResponse<String> client = get(cluster.oauthUrl() + AUTHORIZE, "X-CSRF-Token", "1");
        assertThat(client.statusCode()).isEqualTo(401);
        assertThat(client.headers().firstValue("WWW-Authenticate")).hasValue("Basic realm=\"openshift\"");
    }

    @Test
    void passcode_isGoodForOneTokenWithALifeOfItsOwn() throws Exception {
        emulator.settings().openShiftTokenLife(Duration.ofHours(2));
        String passcode = emulator.addPasscode(cloud.user());
        HttpResponse<String> answer = authorize(passcode);
        assertThat(answer.statusCode()).isEqualTo(302);
        Matcher fragment = FRAGMENT.matcher(location(answer));
        assertThat(fragment.find()).isTrue();
        assertThat(fragment.group(2)).isEqualTo("7200");
        String token = fragment.group(1);
        assertThat(authorize(passcode).statusCode()).isEqualTo(401);

        assertThat(api("/version", token).statusCode()).isEqualTo(200);
        assertThat(api("/apis/user.openshift.io/v1/users/~", token).body())
                .contains("\"name\":\"IAM#" + EmulatedCloud.USER + "\"");
        clock.advance(Duration.ofHours(2));
        assertThat(api("/version", token).statusCode()).isEqualTo(401);
    }

    @Test
    void passcode_ofSomebodyOutsideTheAccount_orAnApiKey_isRefused() throws Exception {
        Account elsewhere = emulator.addAccount("e0000000000000000000000000000009", "Elsewhere");
        Identity stranger = emulator.addUser("stranger@emulated.example", "p", elsewhere);

        assertThat(authorize(emulator.addPasscode(stranger)).statusCode()).isEqualTo(401);
        assertThat(get(
                                cluster.oauthUrl() + AUTHORIZE,
                                "X-CSRF-Token",
                                "1",
                                "Authorization",
                                basic("apikey", EmulatedCloud.PROD_API_KEY))
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void tokens_areOfThisClusterAlone_andGoneOnceRevoked() throws Exception {
        String token = token();
        assertThat(cluster.issuedTokens()).isEqualTo(1);
        EmulatedCluster other = emulator.addCluster(ClusterSpec.openShift(
                "emulated0prod0roks2", "prod-roks-2", cloud.prod().id(), Provider.CLASSIC));
        assertThat(get(other.url() + "/version", "Authorization", "Bearer " + token)
                        .statusCode())
                .isEqualTo(401);
        assertThat(api("/version", emulator.issueIdToken(cloud.user(), cloud.prod()))
                        .statusCode())
                .isEqualTo(401);

        cluster.revokeTokens();
        assertThat(api("/version", token).statusCode()).isEqualTo(401);
    }

    @Test
    void passcodeOfAServiceId_isRefusedByIam() {
        String refreshToken = emulator.issueRefreshToken(emulator.addServiceId("machine", cloud.prod()), cloud.prod());
        assertThat(new Caller(emulator.iamUrl())
                        .form(
                                "/identity/passcode",
                                Caller.BX,
                                "grant_type",
                                "refresh_token",
                                "refresh_token",
                                refreshToken,
                                "response_type",
                                "cloud_iam")
                        .text())
                .contains("BXNIM0106E");
    }

    @ParameterizedTest
    @CsvSource({
        "OAUTH_DENIED, #error=access_denied",
        "OAUTH_FAILED, #error=server_error",
        "OAUTH_LOGIN_PAGE, /login?then=",
        "OAUTH_ELSEWHERE, //elsewhere.example/oauth/token/implicit#access_token=sha256~",
        "OAUTH_NO_LIFE, &scope=",
        "OAUTH_ENDLESS, &expires_in=0&",
        "OAUTH_OTHER_TYPE, &token_type=mac"
    })
    void oauthServer_liesAsTold(Misbehaviour misbehaviour, String expected) throws Exception {
        emulator.misbehave(Fault.onOAuthServer(cluster.id(), misbehaviour));
        HttpResponse<String> answer = authorize(emulator.addPasscode(cloud.user()));
        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(location(answer)).contains(expected);
        if (misbehaviour == Misbehaviour.OAUTH_NO_LIFE) {
            assertThat(location(answer)).doesNotContain("expires_in");
        }
        assertThat(get(cluster.url() + "/.well-known/oauth-authorization-server")
                        .body())
                .contains(cluster.oauthUrl());
    }

    @ParameterizedTest
    @CsvSource({
        "DOCUMENT_ELSEWHERE, https://elsewhere.example/oauth/authorize",
        "DOCUMENT_PLAIN, http://127.0.0.1",
        "DOCUMENT_SILENT, token_endpoint"
    })
    void document_liesAsTold(Misbehaviour misbehaviour, String expected) throws Exception {
        emulator.misbehave(Fault.onCluster(cluster.id(), misbehaviour));
        assertThat(get(cluster.url() + "/.well-known/oauth-authorization-server")
                        .body())
                .contains(expected)
                .doesNotContain("\"authorization_endpoint\":\"" + cluster.oauthUrl());
    }

    @Test
    void kubeconfig_namesTheServerAlone() {
        String token = emulator.issueAccessToken(cloud.user(), cloud.prod());
        String kubeconfig = new Caller(emulator.containersUrl())
                .get("/v2/getKubeconfig?cluster=prod-roks&format=json", "Authorization", "bearer " + token)
                .text();
        assertThat(kubeconfig)
                .contains(cluster.url())
                .doesNotContain("certificate-authority-data", "id-token", "auth-provider");
    }
}

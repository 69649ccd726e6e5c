package dev.iambroker.emulator;

import static dev.iambroker.emulator.Caller.BX;
import static dev.iambroker.emulator.Caller.KUBE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.Caller.Answer;
import dev.iambroker.emulator.fault.Misbehaviour;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each departure from the pages is refused, named and kept. */
final class StrictnessTest {
    private static final EmulatedCloud CLOUD =
            EmulatedCloud.sample(Emulator.builder().keys(Keys.SHARED));
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String KEY = "grant_type=urn:ibm:params:oauth:grant-type:apikey&apikey=emulated-api-key-prod";

    private final Emulator emulator = CLOUD.emulator();
    private final Caller caller = new Caller(emulator.iamUrl());

    @AfterAll
    static void close() {
        CLOUD.close();
    }

    @BeforeEach
    void forget() {
        emulator.clearRequests();
    }

    private void assertDeparture(Answer answer, int status, String named) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text()).contains(named);
        assertThat(emulator.departures()).singleElement().asString().contains(named);
    }

    private Answer token(String authorization, String form, String... headers) {
        String[] all = Arrays.copyOf(headers, headers.length + 4);
        all[headers.length] = "Content-Type";
        all[headers.length + 1] = FORM;
        all[headers.length + 2] = "Authorization";
        all[headers.length + 3] = authorization;
        return caller.send("POST", "/identity/token", form, all);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bx | " + KEY + "&response_type=cloud_iam&color=red | 400 | unexpected form field color",
                "bx | " + KEY + "&response_type=cloud_iam&apikey=twice | 400 | duplicate form field apikey",
                "bx | " + KEY + " | 400 | form field response_type",
                "bx | " + KEY + "&response_type= | 400 | form field response_type",
                "bx | " + KEY + "&response_type=uaa | 400 | response_type is 'uaa'",
                "bx | " + KEY
                        + "&response_type=cloud_iam&account=e0000000000000000000000000000001 | 400 | unexpected form field account",
                "bx | " + KEY + "&response_type=cloud_iam&uaa_client_id=cf | 400 | unexpected form field uaa_client_id",
                "bx | " + KEY + "&response_type=cloud_iam&bss_account=short | 400 | account id",
                "bx | " + KEY + "&response_type=cloud_iam+uaa&uaa_client_id=cf | 400 | uaa_client_secret",
                "bx | " + KEY
                        + "&response_type=cloud_iam+uaa&uaa_client_id=cf&uaa_client_secret=x | 400 | uaa_client_secret",
                "bx | " + KEY + "&response_type=cloud_iam+uaa&uaa_client_secret= | 400 | not at all",
                "bx | " + KEY
                        + "&response_type=cloud_iam+uaa&uaa_client_id=cf&uaa_client_ID=cf&uaa_client_secret= | 400 | uaa_client_ID",
                "bx | " + KEY + "&response_type=cloud_iam+uaa&uaa_client_id=bx&uaa_client_secret= | 400 | not cf",
                "kube | " + KEY
                        + "&response_type=cloud_iam+uaa&uaa_client_id=cf&uaa_client_secret= | 400 | response_type",
                "bx | apikey=x&response_type=cloud_iam | 400 | missing form field grant_type",
                "bx | grant_type=implicit | 400 | unsupported grant_type implicit",
                "bx | grant_type=urn:ibm:params:oauth:grant-type:iam-authz&access_token=x | 400 | unsupported grant_type",
                "bx | grant_type=password&username=u&response_type=cloud_iam | 400 | form field password",
                "kube | grant_type=password&username=u&password=p&response_type=cloud_iam | 400 | wrong client kube",
                "kube | grant_type=urn:ibm:params:oauth:grant-type:passcode&passcode=p&response_type=cloud_iam | 400 | wrong client kube",
                "bx | grant_type=urn:ibm:params:oauth:grant-type:delegated-refresh-token&refresh_token=x | 400 | wrong client bx",
                "kube | grant_type=urn:ibm:params:oauth:grant-type:delegated-refresh-token&refresh_token=x&response_type=cloud_iam | 400 | unexpected form field response_type",
                "kube | grant_type=refresh_token&refresh_token=x&response_type=delegated_refresh_token&receiver_client_ids=kube | 400 | wrong client kube",
                "bx | grant_type=refresh_token&refresh_token=x&response_type=delegated_refresh_token | 400 | receiver_client_ids",
                "bx | grant_type=refresh_token&refresh_token=x&response_type=delegated_refresh_token&receiver_client_ids=me | 400 | receiver_client_ids",
                "bx | grant_type=refresh_token&refresh_token=x&response_type=delegated_refresh_token&receiver_client_ids=kube&delegated_refresh_token_expiry=soon | 400 | delegated_refresh_token_expiry",
                "bx | grant_type=refresh_token | 400 | form field refresh_token",
                "bx | grant_type=refresh_token&refresh_token=x&bss_account=e0000000000000000000000000000001&account=e0000000000000000000000000000001 | 400 | both bss_account and account",
                "bx | grant_type=urn:ibm:params:oauth:grant-type:cr-token&cr_token=x | 400 | profile_id",
                "bx | grant_type=urn:ibm:params:oauth:grant-type:cr-token&cr_token=x&profile_id=a&profile_name=b | 400 | profile_name",
                "bx | grant_type=urn:ibm:params:oauth:grant-type:cr-token&cr_token=x&profile_id=a&response_type=cloud_iam | 400 | unexpected form field response_type",
                "bx | grant_type=urn:ibm:params:oauth:grant-type:assume&access_token=x&profile_name=b | 400 | profile_name and account",
                "kube | grant_type=urn:ibm:params:oauth:grant-type:assume&access_token=x&profile_id=b | 400 | wrong client kube",
                "bx | grant_type=password&username=%zz | 400 | percent-encoding",
            })
    void tokenForm_departing_isNamed(String client, String form, int status, String named) {
        assertDeparture(token(client.equals("bx") ? BX : KUBE, form), status, named);
    }

    @Test
    void token_missingClient_isRefusedAsIamDoes() {
        Answer answer = caller.token(
                null, "grant_type", "password", "username", "u", "password", "p", "response_type", "cloud_iam");

        assertDeparture(answer, 401, "missing Authorization header");
        assertThat(answer.field("errorCode")).isEqualTo("BXNIM0308E");
    }

    @Test
    void token_unknownClient_isNamed() {
        assertDeparture(token("Basic bWU6bWU=", KEY + "&response_type=cloud_iam"), 400, "unknown client");
        assertThat(emulator.departures().getFirst()).doesNotContain("bWU6bWU=");
    }

    @Test
    void token_otherHeaders_areNamed() {
        assertDeparture(
                token(BX, KEY + "&response_type=cloud_iam", "X-Auth-Refresh-Token", "x"), 400, "X-Auth-Refresh-Token");
        emulator.clearRequests();
        assertDeparture(token(BX, KEY + "&response_type=cloud_iam", "Cache-Control", "no-cache"), 400, "Cache-Control");
    }

    @Test
    void token_commonHeadersAndThoseOfThePage_areFine() {
        assertThat(token(
                                BX,
                                KEY + "&response_type=cloud_iam",
                                "X-Request-ID",
                                "1",
                                "X-Correlation-ID",
                                "2",
                                "Transaction-Id",
                                "3",
                                "User-Agent",
                                "test",
                                "Accept",
                                "application/json",
                                "IBM-Cloud-Tenant",
                                "e0000000000000000000000000000001")
                        .status())
                .isEqualTo(200);
        String refreshToken = emulator.issueRefreshToken(CLOUD.user(), CLOUD.prod());
        assertThat(token(
                                BX,
                                "grant_type=refresh_token&response_type=delegated_refresh_token&receiver_client_ids=kube"
                                        + "&refresh_token=" + refreshToken,
                                "cache-control",
                                "no-cache")
                        .status())
                .isEqualTo(200);
        assertThat(emulator.departures()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET | /identity/token | 405 | wrong method GET",
                "POST | /identity/token | 400 | missing header Content-Type",
                "POST | /identity/token?account=1 | 400 | unexpected query",
                "GET | /identity/tokens | 404 | unknown path",
                "GET | /oidc/logout | 404 | unknown path",
                "GET | /favicon.ico | 404 | unknown path",
                "DELETE | /identity/keys | 405 | wrong method DELETE",
                "GET | /v1/accounts | 404 | expected /coe/v2/accounts",
                "GET | /v1/clusters | 404 | /global/v2 only",
                "GET | /global/v1/clusters | 404 | /global/v2 only",
                "GET | /global/v2/satellite/getClusters | 404 | unknown path",
                "POST | /global/v2/classic/getClusters | 405 | wrong method POST",
                "GET | /global/v2/vpc/getClusters | 400 | expected vpc-gen2",
                "GET | /global/v2/vpc/getClusters?provider=vpc-classic | 400 | expected vpc-gen2",
                "GET | /global/v2/classic/getClusters?location=dal | 400 | unexpected query",
                "GET | /global/v2/getCluster | 400 | missing query parameter cluster",
                "GET | /global/v2/getCluster?cluster=a&cluster=b | 400 | unexpected query",
                "GET | /global/v2/applyRBACAndGetKubeconfig | 405 | wrong method GET",
                "GET | /global/v2/getKubeconfig?cluster=a&admin=true | 400 | admin",
                "GET | /global/v2/getKubeconfig?cluster=a&format=text | 400 | format",
                "GET | /global/v2/getCluster?cluster=a | 401 | missing header Authorization",
            })
    void pathsAndMethods_departing_areNamed(String method, String path, int status, String named) {
        assertDeparture(caller.send(method, path, ""), status, named);
    }

    @Test
    void token_otherContentType_isNamed() {
        assertDeparture(
                caller.send("POST", "/identity/token", "{}", "Content-Type", "application/json"), 400, "Content-Type");
    }

    @Test
    void containersV2_refreshTokenHeader_isADeparture() {
        String token = emulator.issueAccessToken(CLOUD.user(), CLOUD.prod());
        Answer answer = caller.get(
                "/global/v2/classic/getClusters", "Authorization", "bearer " + token, "X-Auth-Refresh-Token", "x");

        assertDeparture(answer, 400, "X-Auth-Refresh-Token");
    }

    @Test
    void accounts_withoutTheHeadersOfThePage_areADeparture() {
        String token = emulator.issueAccessToken(CLOUD.user(), CLOUD.prod());

        assertDeparture(
                caller.get("/coe/v2/accounts", "Authorization", "bearer " + token, "Accept", "application/json"),
                400,
                "missing header Content-Type");
    }

    @Test
    void applyRoles_unknownMember_isADeparture() {
        String token = emulator.issueAccessToken(CLOUD.user(), CLOUD.prod());
        Answer answer = caller.send(
                "POST",
                "/global/v2/applyRBACAndGetKubeconfig",
                "{\"cluster\":\"a\",\"x\":1}",
                "Authorization",
                "bearer " + token,
                "Content-Type",
                "application/json");

        assertDeparture(answer, 400, "no JSON object of");
    }

    @Test
    void departure_duringAnOutage_isStillNamed() {
        try (var outage = emulator.misbehave(Misbehaviour.ERROR_500)) {
            assertDeparture(token(BX, "grant_type=implicit"), 400, "unsupported grant_type");
            assertThat(outage.hits()).isZero();
        }
    }
}

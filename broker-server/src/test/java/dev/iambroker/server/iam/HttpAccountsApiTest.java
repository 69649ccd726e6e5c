package dev.iambroker.server.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.iambroker.account.Cloud;
import dev.iambroker.account.IbmAccount;
import dev.iambroker.account.ServiceFailure;
import dev.iambroker.secret.Secret;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HttpAccountsApiTest {
    private static final Secret TOKEN = Secret.of("canary.access.token");

    @ParameterizedTest
    @EnumSource(Cloud.class)
    void list_eachGeneration_sendsTheBytesOfItsPage(Cloud cloud) {
        try (RawServer server = new RawServer().thenAnswer(200, "{\"resources\":[]}");
                Wire wire = Wire.to(server, cloud, false)) {
            assertThat(wire.accounts.list(wire.account, TOKEN)).isEmpty();

            String path = cloud.needsRefreshToken() ? "/v1/accounts" : "/coe/v2/accounts";
            assertThat(server.onlyRequest())
                    .isEqualTo(String.join(
                            "\r\n",
                            "GET " + path + " HTTP/1.1",
                            "Host: " + server.authority(),
                            "Accept: application/json",
                            "Authorization: bearer canary.access.token",
                            "Content-Type: application/json",
                            "User-Agent: iam-broker/1.2.3",
                            "",
                            ""));
        }
    }

    @Test
    void list_severalPages_readsAll() {
        try (RawServer server = new RawServer();
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            server.thenAnswer(200, page("\"/coe/v2/accounts?_start=a%2Fb\"", "1"));
            server.thenAnswer(200, page("\"" + server.uri() + "/coe/v2/accounts?_start=c\"", "2"));
            server.thenAnswer(200, page("null", "3"));

            List<IbmAccount> accounts = wire.accounts.list(wire.account, TOKEN);

            assertThat(accounts)
                    .containsExactly(
                            new IbmAccount("1", "name 1", "ACTIVE"),
                            new IbmAccount("2", "name 2", "ACTIVE"),
                            new IbmAccount("3", "name 3", "ACTIVE"));
            assertThat(server.requests().get(1)).startsWith("GET /coe/v2/accounts?_start=a%2Fb HTTP/1.1\r\n");
        }
    }

    @Test
    void list_nextPageElsewhere_isNotAsked() {
        try (RawServer server = new RawServer();
                RawServer elsewhere = new RawServer();
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            String next = "\"//" + elsewhere.authority() + "/coe/v2/accounts\"";
            server.thenAnswer(200, page(next, "1"));

            ServiceFailure failure = failureOf(wire);

            assertThat(failure).hasMessageContaining("the token is not sent there");
            assertThat(elsewhere.requests()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://HOST/coe/v2/accounts",
                "http://x@HOST/coe",
                "http://HOST.evil.example/coe",
                "http://HOST@evil.example/",
                "mailto:x",
                "http://[",
            })
    void list_nextPageNotQuiteHere_isNotAsked(String next) {
        try (RawServer server = new RawServer();
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            server.thenAnswer(200, page("\"" + next.replace("HOST", server.authority()) + "\"", "1"));

            assertThat(failureOf(wire)).hasMessageContaining("the token is not sent there");
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void list_pagesInACircle_endsAtTheRepeat() {
        try (RawServer server = new RawServer();
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            server.thenAnswer(200, page("\"?a\"", "1"));
            server.thenAnswer(200, page("\"/coe/v2/accounts\"", "2"));

            assertThat(wire.accounts.list(wire.account, TOKEN)).hasSize(2);
            assertThat(server.requests()).hasSize(2);
        }
    }

    @Test
    void list_endlessPages_stopsAtAHundred() {
        try (RawServer server = new RawServer();
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            for (int i = 0; i < 101; i++) {
                server.thenAnswer(200, page("\"?page=" + i + "\"", String.valueOf(i)));
            }

            assertThat(wire.accounts.list(wire.account, TOKEN)).hasSize(100);
            assertThat(server.requests()).hasSize(100);
        }
    }

    @Test
    void list_version1PrintedAsOneObject_isOneAccount() {
        String body = """
                {"total_results":3,"next_url":null,"resources":{"metadata":{"guid":"one","origin":"BSS"}}}""";
        try (RawServer server = new RawServer().thenAnswer(200, body);
                Wire wire = Wire.to(server, Cloud.BLUEMIX_2019, true)) {
            assertThat(wire.accounts.list(wire.account, TOKEN)).containsExactly(new IbmAccount("one", null, null));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{}", "<html>", "{\"resources\":null}"})
    void list_noListOfAccounts_fails(String body) {
        try (RawServer server = new RawServer().thenAnswer(200, body);
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            assertThat(failureOf(wire).getMessage()).contains("accounts");
        }
    }

    @Test
    void list_refused_tellsStatusAndWords() {
        String body = "{\"errors\":[{\"code\":\"bad\",\"message\":\"token canary.access.token is stale\"}]}";
        try (RawServer server = new RawServer().thenAnswer(401, body);
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            ServiceFailure failure = failureOf(wire);

            assertThat(failure.status()).isEqualTo(401);
            assertThat(failure.code()).isEqualTo("bad");
            assertThat(failure)
                    .hasMessage("the accounts service at " + server.authority()
                            + " answered 401 bad: token [removed] is stale");
        }
    }

    @Test
    void list_tokenWithLineBreak_isNeitherSentNorQuoted() {
        try (RawServer server = new RawServer();
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            ServiceFailure failure = catchThrowableOfType(
                    ServiceFailure.class, () -> wire.accounts.list(wire.account, Secret.of("canary\r\nX-Evil: 1")));

            assertThat(failure).hasNoCause().hasMessageNotContaining("canary");
            assertThat(server.requests()).isEmpty();
        }
    }

    private static ServiceFailure failureOf(Wire wire) {
        return catchThrowableOfType(ServiceFailure.class, () -> wire.accounts.list(wire.account, TOKEN));
    }

    private static String page(String next, String id) {
        return """
                {"next_url":%s,"total_results":5,"resources":[{"metadata":{"guid":"%s"},
                "entity":{"name":"name %s","state":"ACTIVE"}},{"metadata":{}}]}""".formatted(next, id, id);
    }
}

package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.it.harness.LoopbackBroker;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a stranger who reaches the loopback port can learn or do: bytes over a socket, and what comes back. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class StrangersIT {
    private static final String CANARY = "kNaRyQx7";
    private static final String TOKEN = "/v1/accounts/prod/token";
    private static final String BEARER = "Authorization: Bearer " + LoopbackBroker.SECRET;

    private final LoopbackBroker broker;

    StrangersIT() throws IOException, InterruptedException {
        broker = LoopbackBroker.start();
    }

    @AfterAll
    void stop() throws IOException {
        broker.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost", "LocalHost", "127.0.0.1", "[::1]", "localhost:PORT", "127.0.0.1:PORT", "[::1]:PORT"
            })
    void host_oneOfOurNames_served(String host) throws IOException {
        assertThat(status(ask("GET", TOKEN, host, BEARER))).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    421 | evil.example
                    421 | evil.example:PORT
                    421 | localhost.
                    421 | localhost.:PORT
                    421 | 127.0.0.1.
                    421 | localhost.evil.example:PORT
                    421 | evil.localhost
                    421 | localhost:1
                    400 | localhost:
                    400 | localhost:0PORT
                    421 | 127.1
                    421 | 127.0.0.2
                    421 | 2130706433
                    421 | 0x7f000001
                    421 | 0.0.0.0:PORT
                    421 | [::]
                    421 | [::ffff:127.0.0.1]
                    421 | [0:0:0:0:0:0:0:1]
                    421 | localhost%00
                    421 | l%6fcalhost
                    400 | user@localhost
                    400 | localhost:PORT:PORT
                    400 | localhost, evil.example
                    400 | localhost evil.example
                    400 | localhost/
                    400 | [::1
                    400 | [::1%25lo]
                    400 | localhost:-1
                    """)
    void host_anyOtherName_refused(int status, String host) throws IOException {
        String answer = ask("GET", TOKEN, host, BEARER);

        assertThat(status(answer)).as(answer).isEqualTo(status);
        assertGivesNothingAway(answer);
        assertThat(status(ask("GET", "/livez", host))).isEqualTo(status);
    }

    @Test
    void target_absoluteFormOfAnotherHost_refused() throws IOException {
        for (String target :
                List.of("http://evil.example" + TOKEN, "http://localhost" + TOKEN, "//evil.example/", "*")) {
            String answer = ask("GET", target, "localhost", BEARER);
            assertThat(status(answer)).as(target).isIn(400, 404);
            assertGivesNothingAway(answer);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Origin: https://evil.example",
                "Origin: http://localhost:PORT",
                "Origin: null",
                "origin:",
                "Sec-Fetch-Site: cross-site",
                "Sec-Fetch-Site: same-site",
                "Sec-Fetch-Site: same-origin",
                "sec-fetch-site: none",
                "X-Forwarded-For: 127.0.0.1",
                "x-forwarded-for:",
                "Forwarded: for=127.0.0.1",
                "FORWARDED: host=localhost"
            })
    void header_ofABrowserOrProxy_403EvenWithTheSecret(String header) throws IOException {
        String answer = ask("GET", TOKEN, "localhost", BEARER, header.replace("PORT", "" + broker.port()));

        assertThat(status(answer)).as(answer).isEqualTo(403);
        assertGivesNothingAway(answer);
        assertThat(status(ask("GET", "/livez", "localhost", header))).isEqualTo(403);
    }

    @Test
    void secFetchMode_asNodesFetchSendsIt_passes() throws IOException {
        assertThat(status(ask("GET", TOKEN, "localhost", BEARER, "Sec-Fetch-Mode: cors")))
                .isEqualTo(200);
    }

    @Test
    void preflight_anyPath_isNoPermission() throws IOException {
        for (String target : List.of(TOKEN, "/livez", "/v1/accounts/prod/logout", "/nowhere")) {
            String bare = ask("OPTIONS", target, "localhost", BEARER, "Access-Control-Request-Method: POST");
            String asked = ask(
                    "OPTIONS",
                    target,
                    "localhost",
                    "Origin: https://evil.example",
                    "Access-Control-Request-Method: GET",
                    "Access-Control-Request-Headers: authorization",
                    "Access-Control-Request-Private-Network: true");
            assertThat(status(bare)).as(bare).isIn(404, 405);
            assertThat(status(asked)).as(asked).isEqualTo(403);
            assertGivesNothingAway(bare);
            assertGivesNothingAway(asked);
        }
    }

    /** Same status, same bytes: nothing tells a name that is configured from one that is not. */
    @Test
    void account_withoutARightOnIt_isAsUnknownAsAnyName() throws IOException {
        for (String path :
                List.of("/v1/accounts/%s", "/v1/accounts/%s/token", "/readyz/%s", "/v1/accounts/%s/clusters")) {
            String there = ask("GET", path.formatted("dev"), "localhost", BEARER);
            String nowhere = ask("GET", path.formatted("nosuch"), "localhost", BEARER);
            assertThat(status(there)).as(there).isEqualTo(403);
            assertThat(there).isEqualTo(nowhere);
        }
        assertThat(ask("GET", "/v1/accounts", "localhost", BEARER)).doesNotContain("dev");
    }

    @Test
    void stranger_withoutASecret_seesNoName() throws IOException {
        for (String target :
                List.of("/", "/v1", "/v1/accounts", "/v1/accounts/", "/v1/accounts/prod", "/readyz/prod", "/metrics")) {
            String answer = ask("GET", target, "localhost");
            assertThat(status(answer)).as(answer).isEqualTo(401);
            assertGivesNothingAway(answer);
        }
        assertThat(ask("GET", "/readyz", "localhost")).doesNotContain("prod", "dev");
        assertThat(ask("GET", "/livez", "localhost")).doesNotContain("prod", "dev");
    }

    static Stream<String> positions() {
        String end = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
        return Stream.of(
                CANARY + " /livez" + end + "\r\n",
                "GET /" + CANARY + end + "\r\n",
                "GET /v1/accounts/" + CANARY + "/token" + end + "\r\n",
                "GET /v1/accounts/%25" + CANARY + end + "\r\n",
                "GET " + TOKEN + "?" + CANARY + "=1" + end + "\r\n",
                "GET " + TOKEN + "?kind=" + CANARY + end + "\r\n",
                "GET " + TOKEN + "?wait=" + CANARY + end + "\r\n",
                "GET " + TOKEN + "?cluster=" + CANARY + end + "\r\n",
                "GET /v1/accounts/prod/clusters/" + CANARY + end + "\r\n",
                "GET /readyz/" + CANARY + end + "\r\n",
                "GET /livez HTTP/" + CANARY + "\r\n\r\n",
                "GET /livez HTTP/1.1\r\nHost: " + CANARY + "\r\nConnection: close\r\n\r\n",
                "GET /livez" + end + CANARY + ": x\r\n\r\n",
                "GET /livez" + end + CANARY + "\r\n\r\n",
                "GET /livez" + end + "X: " + CANARY + "\r\n\r\n",
                "GET /livez" + end + "Origin: https://" + CANARY + "\r\n\r\n",
                "GET /livez" + end + "Expect: " + CANARY + "\r\n\r\n",
                "GET /livez" + end + "Content-Length: " + CANARY + "\r\n\r\n",
                "GET /livez" + end + "Transfer-Encoding: " + CANARY + "\r\n\r\n",
                "GET /metrics" + end + "Accept: " + CANARY + "\r\n\r\n",
                "POST /v1/accounts/prod/login" + end + "Content-Length: 16\r\n\r\n{\"x\":\"" + CANARY + "\"}",
                "POST /v1/kube-credential" + end + "Content-Length: 25\r\n\r\n{\"apiVersion\":\"" + CANARY + "\"}",
                "POST /v1/kube-credential?account=" + CANARY + end + "\r\n",
                "POST /livez" + end + "Transfer-Encoding: chunked\r\n\r\n" + CANARY + "\r\n\r\n",
                CANARY + "\r\n\r\n");
    }

    @ParameterizedTest
    @MethodSource("positions")
    void answer_whereverTheInputStands_doesNotRepeatIt(String request) throws IOException {
        String known = request.replaceFirst("Host: localhost\r\n", "Host: localhost\r\n" + BEARER + "\r\n");
        for (String each : List.of(request, known)) {
            String answer = broker.exchange(each);
            assertThat(answer).startsWith("HTTP/1.1 ");
            assertThat(answer.toLowerCase(Locale.ROOT)).doesNotContain(CANARY.toLowerCase(Locale.ROOT));
            assertThat(broker.daemon().log()).doesNotContain(CANARY);
        }
    }

    private String ask(String method, String target, String host, String... fields) throws IOException {
        return broker.exchange(method + " " + target + " HTTP/1.1\r\nHost: "
                + host.replace("PORT", "" + broker.port()) + "\r\nConnection: close\r\n"
                + Stream.of(fields).map(field -> field + "\r\n").reduce("", String::concat) + "\r\n");
    }

    private static int status(String answer) {
        assertThat(answer).startsWith("HTTP/1.1 ");
        return Integer.parseInt(answer.substring(9, 12));
    }

    private static void assertGivesNothingAway(String answer) {
        assertThat(answer)
                .doesNotContain("access_token", "\"prod\"", "\"dev\"", "evil", "eyJ")
                .doesNotContainIgnoringCase("Access-Control-")
                .doesNotContainIgnoringCase("Set-Cookie")
                .doesNotContainIgnoringCase("\r\nLocation:")
                .doesNotStartWith("HTTP/1.1 2")
                .doesNotStartWith("HTTP/1.1 3");
    }
}

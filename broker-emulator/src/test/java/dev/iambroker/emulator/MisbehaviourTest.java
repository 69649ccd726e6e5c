package dev.iambroker.emulator;

import static dev.iambroker.emulator.Caller.BX;
import static dev.iambroker.emulator.Caller.URN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.emulator.Caller.Answer;
import dev.iambroker.emulator.fault.ActiveFault;
import dev.iambroker.emulator.fault.Fault;
import dev.iambroker.emulator.fault.Misbehaviour;
import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.emulator.settings.Rotation;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class MisbehaviourTest {
    private static final ManualClock CLOCK = new ManualClock();
    private static final EmulatedCloud CLOUD =
            EmulatedCloud.sample(Emulator.builder().keys(Keys.SHARED).clock(CLOCK));
    private final Emulator emulator = CLOUD.emulator();
    private final Caller caller = new Caller(emulator.iamUrl());

    @AfterEach
    void behave() {
        emulator.behave();
        emulator.settings().rotation(Rotation.OFF);
        emulator.start();
    }

    @AfterAll
    static void close() {
        CLOUD.close();
    }

    private Answer login(String key) {
        return caller.token(BX, "grant_type", URN + "apikey", "response_type", "cloud_iam", "apikey", key);
    }

    private Answer login(Misbehaviour misbehaviour) {
        emulator.misbehave(Fault.of(misbehaviour).times(1));
        return login(EmulatedCloud.PROD_API_KEY);
    }

    /** All bytes of an answer to a plain login, until the end of the connection. */
    private byte[] raw(Misbehaviour misbehaviour, int patienceMillis) throws IOException {
        emulator.misbehave(Fault.of(misbehaviour).times(1).pace(Duration.ofMillis(1)));
        String form = Caller.encoded(
                "grant_type", URN + "apikey", "response_type", "cloud_iam", "apikey", EmulatedCloud.PROD_API_KEY);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), emulator.port())) {
            socket.setSoTimeout(patienceMillis);
            String head = "POST /identity/token HTTP/1.1\r\nHost: x\r\nAuthorization: " + BX
                    + "\r\nContent-Type: application/x-www-form-urlencoded\r\nConnection: close\r\nContent-Length: "
                    + form.length() + "\r\n\r\n";
            socket.getOutputStream().write((head + form).getBytes(StandardCharsets.US_ASCII));
            return socket.getInputStream().readAllBytes();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "NONE,200,application/json",
        "ERROR_500,500,text/plain",
        "ERROR_503,503,text/plain",
        "THROTTLE_429_BARE,429,text/plain",
        "HTML_502,502,text/html",
        "HTML_200,200,text/html",
        "EMPTY_200,200,''",
        "EMPTY_500,500,''",
        "REDIRECT_302,302,''",
        "INVALID_JSON,200,application/json",
        "WRONG_CONTENT_TYPE,200,text/plain",
    })
    void answers_haveTheirStatusAndType(Misbehaviour misbehaviour, int status, String type) {
        Answer answer = login(misbehaviour);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo(type);
        assertThat(answer.header("Retry-After")).isEmpty();
        assertThat(answer.response().body().length == 0).isEqualTo(type.isEmpty());
    }

    @Test
    void throttling_hasBothFormsOfRetryAfter() {
        emulator.misbehave(Fault.of(Misbehaviour.THROTTLE_429_SECONDS).times(1).retryAfter(Duration.ofSeconds(7)));
        assertThat(login(EmulatedCloud.PROD_API_KEY).header("Retry-After")).isEqualTo("7");
        emulator.misbehave(Fault.of(Misbehaviour.THROTTLE_429_DATE).times(1).retryAfter(Duration.ofSeconds(7)));
        Answer answer = login(EmulatedCloud.PROD_API_KEY);

        assertThat(answer.status()).isEqualTo(429);
        assertThat(ZonedDateTime.parse(answer.header("Retry-After"), DateTimeFormatter.RFC_1123_DATE_TIME))
                .isEqualTo(CLOCK.instant().plusSeconds(7).atZone(ZoneOffset.UTC).withZoneSameInstant(ZoneOffset.UTC));
    }

    @ParameterizedTest
    @EnumSource(value = Misbehaviour.class, mode = EnumSource.Mode.MATCH_ALL, names = "BXNIM.*")
    void iamCodes_comeInIamsShape(Misbehaviour misbehaviour) {
        Answer answer = login(misbehaviour);

        assertThat(answer.field("errorCode")).isEqualTo(misbehaviour.name());
        assertThat(answer.status()).isIn(400, 401);
        assertThat(answer.json().has("requirements")).isEqualTo(misbehaviour == Misbehaviour.BXNIM0400E);
        assertThat(answer.json().path("context").path("requestType").asString()).isEqualTo("incoming.Identity_Token");
    }

    @Test
    void rewrittenAnswers_lieInOnePoint() {
        assertThat(login(Misbehaviour.UNKNOWN_FIELDS).json().has("emulated_object"))
                .isTrue();
        assertThat(login(Misbehaviour.MISSING_LIFETIME).json().propertyNames())
                .contains("access_token")
                .doesNotContain("expires_in", "expiration");
        assertThat(login(Misbehaviour.NUMBERS_AS_STRINGS)
                        .json()
                        .get("expires_in")
                        .isString())
                .isTrue();
        assertThat(login(Misbehaviour.NO_REFRESH_TOKEN).json().has("refresh_token"))
                .isFalse();
        assertThat(login(Misbehaviour.NOT_SUPPORTED_REFRESH).field("refresh_token"))
                .isEqualTo("not_supported");
        assertThat(login(Misbehaviour.NO_TOKENS).json().has("access_token")).isFalse();
    }

    @Test
    void cutOffBody_promisesMoreThanItSends() throws IOException {
        String answer = new String(raw(Misbehaviour.CUT_OFF_BODY, 10_000), StandardCharsets.UTF_8);
        String head = answer.substring(0, answer.indexOf("\r\n\r\n"));
        String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
        int promised = Integer.parseInt(head.replaceAll("(?s).*Content-Length: (\\d+).*", "$1"));

        assertThat(body.length()).isEqualTo(promised / 2);
    }

    @Test
    void cutOffHeaders_endWithinTheHead() throws IOException {
        assertThat(new String(raw(Misbehaviour.CUT_OFF_HEADERS, 10_000), StandardCharsets.UTF_8))
                .startsWith("HTTP/1.1 200")
                .doesNotContain("\r\n\r\n");
    }

    @ParameterizedTest
    @EnumSource(
            value = Misbehaviour.class,
            names = {"SLOW_HEADERS", "SLOW_BODY"})
    void slowAnswers_comeWholeInTheEnd(Misbehaviour misbehaviour) throws IOException {
        assertThat(new String(raw(misbehaviour, 10_000), StandardCharsets.UTF_8))
                .contains("\r\n\r\n{\"access_token\"")
                .endsWith("}");
    }

    @ParameterizedTest
    @EnumSource(
            value = Misbehaviour.class,
            names = {"HANG_AFTER_ACCEPT", "STALL_BODY"})
    void hangingAnswers_neverEnd(Misbehaviour misbehaviour) {
        assertThatThrownBy(() -> raw(misbehaviour, 300)).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void reset_isOneOnTheWire() {
        assertThatThrownBy(() -> raw(Misbehaviour.RESET, 10_000))
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
    }

    @Test
    void endlessBody_goesOnUntilTheCallerLeaves() throws IOException {
        emulator.misbehave(Misbehaviour.ENDLESS_BODY);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), emulator.port())) {
            socket.getOutputStream()
                    .write("GET /identity/keys HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().readNBytes(1 << 20)).hasSize(1 << 20);
        }
    }

    @Test
    void closeBeforeAnswer_losesTheAnswerButNotTheWork() throws IOException {
        assertThat(raw(Misbehaviour.CLOSE_BEFORE_ANSWER, 10_000)).isEmpty();
        emulator.settings().rotation(Rotation.STRICT);
        String refreshToken = emulator.issueRefreshToken(CLOUD.user(), CLOUD.prod());
        emulator.misbehave(Fault.of(Misbehaviour.CLOSE_BEFORE_ANSWER)
                .grant(GrantKind.REFRESH)
                .times(1));
        assertThatThrownBy(() -> caller.token(BX, "grant_type", "refresh_token", "refresh_token", refreshToken))
                .isInstanceOf(AssertionError.class);

        assertThat(emulator.isRefreshTokenUsable(refreshToken)).isFalse();
    }

    @Test
    void error_comesBeforeTheWork() {
        emulator.settings().rotation(Rotation.STRICT);
        String refreshToken = emulator.issueRefreshToken(CLOUD.user(), CLOUD.prod());
        emulator.misbehave(Misbehaviour.ERROR_500);

        assertThat(caller.token(BX, "grant_type", "refresh_token", "refresh_token", refreshToken)
                        .status())
                .isEqualTo(500);
        assertThat(emulator.isRefreshTokenUsable(refreshToken)).isTrue();
    }

    @Test
    void fault_endsAfterItsTimesOrWhenCleared() {
        ActiveFault twice = emulator.misbehave(Fault.of(Misbehaviour.ERROR_500).times(2));
        assertThat(login(EmulatedCloud.PROD_API_KEY).status()).isEqualTo(500);
        assertThat(login(EmulatedCloud.PROD_API_KEY).status()).isEqualTo(500);
        assertThat(login(EmulatedCloud.PROD_API_KEY).status()).isEqualTo(200);
        assertThat(twice.hits()).isEqualTo(2);
        ActiveFault closed = emulator.misbehave(Misbehaviour.ERROR_503);
        assertThat(login(EmulatedCloud.PROD_API_KEY).status()).isEqualTo(503);
        closed.close();
        assertThat(login(EmulatedCloud.PROD_API_KEY).status()).isEqualTo(200);
        emulator.misbehave(Misbehaviour.ERROR_503);
        emulator.behave();
        assertThat(login(EmulatedCloud.PROD_API_KEY).status()).isEqualTo(200);
    }

    @Test
    void fault_hitsItsScopeAlone() {
        emulator.misbehave(Fault.of(Misbehaviour.ERROR_500).account(EmulatedCloud.DEV_ACCOUNT));
        emulator.misbehave(Fault.of(Misbehaviour.ERROR_503).apiKey(EmulatedCloud.SERVICE_API_KEY));
        emulator.misbehave(Fault.of(Misbehaviour.HTML_502).path("/identity/keys"));
        String devRefresh = emulator.issueRefreshToken(CLOUD.user(), CLOUD.dev());

        assertThat(login(EmulatedCloud.PROD_API_KEY).status()).isEqualTo(200);
        assertThat(login(EmulatedCloud.DEV_API_KEY).status()).isEqualTo(500);
        assertThat(login(EmulatedCloud.SERVICE_API_KEY).status()).isEqualTo(503);
        assertThat(caller.get("/identity/keys").status()).isEqualTo(502);
        assertThat(caller.token(BX, "grant_type", "refresh_token", "refresh_token", devRefresh)
                        .status())
                .isEqualTo(500);
        assertThat(caller.get(
                                "/global/v2/classic/getClusters",
                                "Authorization",
                                "Bearer " + emulator.issueAccessToken(CLOUD.user(), CLOUD.dev()))
                        .status())
                .isEqualTo(500);
    }

    @Test
    void fault_onACluster_leavesTheCloudAlone() throws Exception {
        emulator.misbehave(Fault.onCluster(CLOUD.prodVpc().id(), Misbehaviour.ERROR_503));
        try (var http = KubeApiTest.trusting(CLOUD.prodVpc().caPem())) {
            var request = HttpRequest.newBuilder(URI.create(CLOUD.prodVpc().url() + "/version"))
                    .build();
            assertThat(http.send(request, BodyHandlers.discarding()).statusCode())
                    .isEqualTo(503);
        }
        assertThat(login(EmulatedCloud.PROD_API_KEY).status()).isEqualTo(200);
    }

    @Test
    void stopAndStart_refuseAndServeOnTheSamePort() {
        int port = emulator.port();
        emulator.stop();
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
                .isInstanceOf(ConnectException.class);
        emulator.start();

        assertThat(emulator.port()).isEqualTo(port);
        assertThat(login(EmulatedCloud.PROD_API_KEY).status()).isEqualTo(200);
    }

    @Test
    void stop_endsHangingExchanges() throws Exception {
        emulator.misbehave(Misbehaviour.HANG_AFTER_ACCEPT);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), emulator.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write("GET /identity/keys HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            emulator.awaitRequests(1, request -> request.path().equals("/identity/keys"), Caller.PATIENCE);
            emulator.stop();

            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }
}

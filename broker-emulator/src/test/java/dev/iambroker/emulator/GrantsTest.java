package dev.iambroker.emulator;

import static dev.iambroker.emulator.Caller.BX;
import static dev.iambroker.emulator.Caller.KUBE;
import static dev.iambroker.emulator.Caller.URN;
import static dev.iambroker.emulator.Caller.claim;
import static dev.iambroker.emulator.Caller.claims;
import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.Caller.Answer;
import dev.iambroker.emulator.directory.TrustedProfile;
import dev.iambroker.emulator.record.GrantKind;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class GrantsTest {
    private static final ManualClock CLOCK = new ManualClock();
    private static final EmulatedCloud CLOUD =
            EmulatedCloud.sample(Emulator.builder().keys(Keys.SHARED).clock(CLOCK));
    private final Emulator emulator = CLOUD.emulator();
    private final Caller caller = new Caller(emulator.iamUrl());

    @BeforeEach
    void forget() {
        emulator.clearRequests();
        emulator.settings()
                .accessTokenLife(Duration.ofHours(1))
                .idTokenLife(Duration.ofHours(1))
                .refreshTokenLife(Duration.ofDays(30))
                .sessionLife(Duration.ofDays(30))
                .refreshTokenExpirationShown(false);
    }

    @AfterEach
    void assertNoDepartures() {
        assertThat(emulator.departures()).isEmpty();
    }

    @AfterAll
    static void close() {
        CLOUD.close();
    }

    private Answer password(String... more) {
        String[] form = {
            "grant_type",
            "password",
            "response_type",
            "cloud_iam",
            "username",
            EmulatedCloud.USER,
            "password",
            EmulatedCloud.PASSWORD
        };
        return caller.token(BX, concat(form, more));
    }

    private Answer apiKey(String authorization, String key, String... more) {
        String[] form = {"grant_type", URN + "apikey", "response_type", "cloud_iam", "apikey", key};
        return caller.token(authorization, concat(form, more));
    }

    private Answer refresh(String authorization, String refreshToken, String... more) {
        return caller.token(
                authorization,
                concat(new String[] {"grant_type", "refresh_token", "refresh_token", refreshToken}, more));
    }

    private Answer mint(String refreshToken) {
        return refresh(
                BX,
                refreshToken,
                "response_type",
                "delegated_refresh_token",
                "receiver_client_ids",
                "kube",
                "delegated_refresh_token_expiry",
                "600");
    }

    private Answer exchange(String delegated) {
        return caller.token(KUBE, "grant_type", URN + "delegated-refresh-token", "refresh_token", delegated);
    }

    private static String[] concat(String[] first, String... second) {
        String[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    private static void assertRefused(Answer answer, int status, String code) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.field("errorCode")).isEqualTo(code);
        assertThat(answer.field("errorMessage")).isNotEmpty();
        assertThat(answer.json().path("context").path("requestId").asString()).isNotEmpty();
    }

    @Test
    void password_withoutAccount_answersUnboundToken() {
        Answer answer = password();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().propertyNames())
                .containsExactly("access_token", "refresh_token", "token_type", "expires_in", "expiration", "scope");
        assertThat(answer.field("token_type")).isEqualTo("Bearer");
        assertThat(answer.json().get("expires_in").asLong()).isEqualTo(3600);
        assertThat(answer.json().get("expiration").asLong())
                .isEqualTo(CLOCK.instant().plusSeconds(3600).getEpochSecond());
        assertThat(answer.field("scope")).isEqualTo("ibm openid");
        assertThat(claims(answer.field("access_token")).has("account")).isFalse();
    }

    @Test
    void password_withAccount_bindsIt() {
        String token = password("bss_account", CLOUD.dev().id()).field("access_token");

        assertThat(claims(token).path("account").path("bss").asString())
                .isEqualTo(CLOUD.dev().id());
        assertThat(claim(token, "iam_id")).isEqualTo(CLOUD.user().iamId()).startsWith("IBMid-");
        assertThat(claim(token, "realmid")).isEqualTo("IBMid");
        assertThat(claim(token, "email")).isEqualTo(EmulatedCloud.USER);
        assertThat(claim(token, "client_id")).isEqualTo("bx");
        assertThat(claim(token, "grant_type")).isEqualTo("password");
        assertThat(claims(token).has("sub_type")).isFalse();
        assertThat(claims(token).has("session_id")).isTrue();
    }

    @Test
    void password_accountUnderItsOtherName_bindsIt() {
        String token = password("account", CLOUD.prod().id()).field("access_token");

        assertThat(claims(token).path("account").path("bss").asString())
                .isEqualTo(CLOUD.prod().id());
    }

    @Test
    void password_wrong_isRefused() {
        assertRefused(
                caller.token(
                        BX,
                        "grant_type",
                        "password",
                        "response_type",
                        "cloud_iam",
                        "username",
                        EmulatedCloud.USER,
                        "password",
                        "wrong"),
                400,
                "BXNIM0602E");
    }

    @Test
    void password_strangeAccount_isRefused() {
        assertRefused(password("bss_account", "0".repeat(32)), 400, "BXNIM0410E");
    }

    @Test
    void apiKey_withoutClient_hasNoRefreshToken() {
        Answer answer = caller.token(
                null, "grant_type", URN + "apikey", "response_type", "cloud_iam", "apikey", EmulatedCloud.PROD_API_KEY);

        assertThat(answer.field("refresh_token")).isEqualTo("not_supported");
        assertThat(claims(answer.field("access_token"))
                        .path("account")
                        .path("bss")
                        .asString())
                .isEqualTo(CLOUD.prod().id());
        assertThat(claim(answer.field("access_token"), "client_id")).isEqualTo("default");
        assertThat(claims(answer.field("access_token")).has("session_id")).isFalse();
    }

    @Test
    void apiKey_clientBx_hasRefreshToken() {
        Answer answer = apiKey(
                BX, EmulatedCloud.PROD_API_KEY, "bss_account", CLOUD.prod().id());

        assertThat(emulator.isRefreshTokenUsable(answer.field("refresh_token"))).isTrue();
        assertThat(answer.json().has("id_token")).isFalse();
    }

    @Test
    void apiKey_clientKube_hasIdToken() {
        Answer answer = caller.token(KUBE, "grant_type", URN + "apikey", "apikey", EmulatedCloud.PROD_API_KEY);

        String idToken = answer.field("id_token");
        assertThat(answer.field("scope")).isEqualTo("ibm openid containers-kubernetes");
        assertThat(claim(idToken, "aud")).isEqualTo("kube");
        assertThat(claim(idToken, "realmed_sub_" + CLOUD.prod().id())).isEqualTo(EmulatedCloud.USER);
        assertThat(claim(idToken, "sub_" + CLOUD.prod().id())).isEqualTo(EmulatedCloud.USER);
        assertThat(claim(idToken, "iam_id_" + CLOUD.prod().id()))
                .isEqualTo(CLOUD.user().iamId());
        assertThat(claims(idToken).path("groups_" + CLOUD.prod().id()).isArray())
                .isTrue();
    }

    @Test
    void apiKey_ofServiceId_namesIt() {
        String token = apiKey(BX, EmulatedCloud.SERVICE_API_KEY).field("access_token");

        assertThat(claim(token, "sub_type")).isEqualTo("ServiceId");
        assertThat(claim(token, "iam_id")).startsWith("iam-ServiceId-");
        assertThat(claim(token, "sub")).startsWith("ServiceId-");
        assertThat(claim(token, "realmid")).isEqualTo("iam");
    }

    @Test
    void apiKey_unknownDisabledOrOfAnotherAccount_isRefused() {
        assertRefused(apiKey(BX, "nobody's"), 400, "BXNIM0415E");
        assertRefused(
                apiKey(
                        BX,
                        EmulatedCloud.PROD_API_KEY,
                        "bss_account",
                        CLOUD.dev().id()),
                400,
                "BXNIM0106E");
        emulator.addApiKey("passing", CLOUD.user(), CLOUD.prod());
        emulator.disableApiKey("passing");
        assertRefused(apiKey(BX, "passing"), 400, "BXNIM0462E");
        emulator.removeApiKey("passing");
        assertRefused(apiKey(BX, "passing"), 400, "BXNIM0415E");
    }

    @Test
    void passcode_secondUse_isRefused() {
        String passcode = emulator.addPasscode(CLOUD.user());
        String[] form = {
            "grant_type",
            URN + "passcode",
            "response_type",
            "cloud_iam",
            "passcode",
            passcode,
            "bss_account",
            CLOUD.prod().id()
        };

        assertThat(caller.token(BX, form).status()).isEqualTo(200);
        assertRefused(caller.token(BX, form), 400, "BXNIM0602E");
    }

    @Test
    void passcode_ofThePage_logsIn() {
        String passcode = caller.get("/identity/passcode").text().strip();

        assertThat(caller.token(BX, "grant_type", URN + "passcode", "response_type", "cloud_iam", "passcode", passcode)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void passcode_fromRefreshToken_logsIn() {
        String refreshToken = password().field("refresh_token");
        String passcode = caller.form(
                        "/identity/passcode",
                        BX,
                        "grant_type",
                        "refresh_token",
                        "response_type",
                        "cloud_iam",
                        "refresh_token",
                        refreshToken)
                .field("passcode");

        assertThat(caller.token(BX, "grant_type", URN + "passcode", "response_type", "cloud_iam", "passcode", passcode)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void refresh_withAccount_bindsAndKeepsIt() {
        Answer bound = refresh(
                BX,
                password().field("refresh_token"),
                "response_type",
                "cloud_iam",
                "bss_account",
                CLOUD.dev().id());
        Answer again = refresh(BX, bound.field("refresh_token"));

        assertThat(claims(bound.field("access_token"))
                        .path("account")
                        .path("bss")
                        .asString())
                .isEqualTo(CLOUD.dev().id());
        assertThat(claims(again.field("access_token"))
                        .path("account")
                        .path("bss")
                        .asString())
                .isEqualTo(CLOUD.dev().id());
        assertThat(again.field("refresh_token")).isNotEqualTo(bound.field("refresh_token"));
    }

    @Test
    void refresh_byAnotherClientOrUnknown_isRefused() {
        assertRefused(refresh(KUBE, password().field("refresh_token")), 400, "BXNIM0407E");
        assertRefused(refresh(BX, "made-up"), 400, "BXNIM0407E");
        assertRefused(refresh(BX, password().field("refresh_token"), "bss_account", "0".repeat(32)), 400, "BXNIM0410E");
    }

    @Test
    void mint_answersTheDelegatedTokenAlone() {
        Answer answer = mint(password().field("refresh_token"));

        assertThat(answer.json().propertyNames()).containsExactly("delegated_refresh_token");
        assertThat(emulator.count(GrantKind.MINT_DELEGATED)).isEqualTo(1);
        assertThat(emulator.count(GrantKind.REFRESH)).isZero();
    }

    @Test
    void mint_fromApiKey_answersWhatWasAskedFor() {
        String[] form = {
            "grant_type", URN + "apikey", "apikey", EmulatedCloud.DEV_API_KEY, "receiver_client_ids", "kube"
        };
        Answer both = caller.token(BX, concat(form, "response_type", "cloud_iam delegated_refresh_token"));
        Answer alone = caller.token(BX, concat(form, "response_type", "delegated_refresh_token"));

        assertThat(both.json().has("access_token")).isTrue();
        assertThat(alone.json().propertyNames()).containsExactly("delegated_refresh_token");
        String idToken = exchange(both.field("delegated_refresh_token")).field("id_token");
        assertThat(claims(idToken).has("realmed_sub_" + CLOUD.dev().id())).isTrue();
    }

    @Test
    void exchange_answersKubeTokensOnce() {
        String delegated = mint(password("bss_account", CLOUD.prod().id()).field("refresh_token"))
                .field("delegated_refresh_token");
        Answer answer = exchange(delegated);

        assertThat(answer.json().propertyNames())
                .containsExactly(
                        "access_token", "id_token", "refresh_token", "token_type", "expires_in", "expiration", "scope");
        assertThat(answer.field("scope")).isEqualTo("ibm openid containers-kubernetes");
        assertThat(claim(answer.field("access_token"), "client_id")).isEqualTo("kube");
        assertThat(claims(answer.field("id_token"))
                        .has("realmed_sub_" + CLOUD.prod().id()))
                .isTrue();
        assertRefused(exchange(delegated), 400, "BXNIM0407E");
    }

    @Test
    void exchange_afterItsExpiry_isRefused() {
        String delegated = mint(password().field("refresh_token")).field("delegated_refresh_token");
        CLOCK.advance(Duration.ofMinutes(10));

        assertRefused(exchange(delegated), 400, "BXNIM0408E");
    }

    @Test
    void refresh_ofKubesOwnToken_answersIdToken() {
        String delegated = mint(password("bss_account", CLOUD.prod().id()).field("refresh_token"))
                .field("delegated_refresh_token");
        Answer answer = refresh(KUBE, exchange(delegated).field("refresh_token"));

        assertThat(claims(answer.field("id_token"))
                        .has("realmed_sub_" + CLOUD.prod().id()))
                .isTrue();
        assertThat(emulator.isRefreshTokenUsable(answer.field("refresh_token"))).isTrue();
    }

    @Test
    void computeResource_namesTheProfile() {
        String[] form = {
            "grant_type",
            URN + "cr-token",
            "cr_token",
            EmulatedCloud.COMPUTE_RESOURCE_TOKEN,
            "profile_name",
            EmulatedCloud.PROFILE_NAME
        };
        Answer plain = caller.token(null, form);
        Answer kube = caller.token(KUBE, form);

        assertThat(claim(plain.field("access_token"), "sub_type")).isEqualTo("Profile");
        assertThat(plain.json().has("refresh_token")).isFalse();
        assertThat(plain.json().has("id_token")).isFalse();
        assertThat(claims(kube.field("id_token"))
                        .has("realmed_sub_" + CLOUD.prod().id()))
                .isTrue();
    }

    @Test
    void computeResource_byIdAndCrn_findsTheProfile() {
        TrustedProfile profile = emulator.addTrustedProfile("other", CLOUD.dev(), "other-token");
        String[] form = {"grant_type", URN + "cr-token", "cr_token", "other-token"};

        assertThat(caller.token(null, concat(form, "profile_id", profile.id())).status())
                .isEqualTo(200);
        assertThat(caller.token(null, concat(form, "profile_crn", profile.crn()))
                        .status())
                .isEqualTo(200);
        assertRefused(caller.token(null, concat(form, "profile_name", EmulatedCloud.PROFILE_NAME)), 400, "BXNIM0410E");
        assertRefused(
                caller.token(null, "grant_type", URN + "cr-token", "cr_token", "made-up", "profile_name", "other"),
                400,
                "BXNIM0407E");
    }

    @Test
    void assume_takesOnTheProfile() {
        String user = password().field("access_token");
        Answer answer = caller.token(
                null,
                "grant_type",
                URN + "assume",
                "access_token",
                user,
                "profile_name",
                EmulatedCloud.PROFILE_NAME,
                "account",
                CLOUD.prod().id());

        assertThat(claim(answer.field("access_token"), "sub_type")).isEqualTo("Profile");
        assertRefused(
                caller.token(
                        null,
                        "grant_type",
                        URN + "assume",
                        "access_token",
                        user + "x",
                        "profile_name",
                        EmulatedCloud.PROFILE_NAME,
                        "account",
                        CLOUD.prod().id()),
                400,
                "BXNIM0407E");
    }

    @Test
    void revoke_endsTheSessionAndKnowsNoUnknownToken() {
        String refreshToken = password().field("refresh_token");

        assertThat(caller.form("/identity/revoke", BX, "token", refreshToken).status())
                .isEqualTo(200);
        assertThat(caller.form("/identity/revoke", BX, "token", "made-up", "token_type_hint", "refresh_token")
                        .status())
                .isEqualTo(200);
        assertRefused(refresh(BX, refreshToken), 400, "BXNIM0439E");
    }

    @Test
    void lifetimes_changeAtRunTime() {
        emulator.settings().accessTokenLife(Duration.ofMinutes(15)).idTokenLife(Duration.ofMinutes(20));
        Answer answer = caller.token(KUBE, "grant_type", URN + "apikey", "apikey", EmulatedCloud.PROD_API_KEY);

        assertThat(answer.json().get("expires_in").asLong()).isEqualTo(900);
        assertThat(life(answer.field("access_token"))).isEqualTo(900);
        assertThat(life(answer.field("id_token"))).isEqualTo(1200);
    }

    private static long life(String jwt) {
        return claims(jwt).get("exp").asLong() - claims(jwt).get("iat").asLong();
    }

    @Test
    void refreshTokenExpiration_whereShown_isThatOfTheToken() {
        emulator.settings()
                .refreshTokenExpirationShown(true)
                .refreshTokenLife(Duration.ofDays(3))
                .sessionLife(Duration.ofDays(1));

        assertThat(password().json().get("refresh_token_expiration").asLong())
                .isEqualTo(CLOCK.instant().plus(Duration.ofDays(1)).getEpochSecond());
    }
}

package dev.iambroker.emulator;

import static dev.iambroker.emulator.Caller.BX;
import static dev.iambroker.emulator.Caller.KUBE;
import static dev.iambroker.emulator.Caller.URN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.Caller.Answer;
import dev.iambroker.emulator.settings.Generation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The columns of the pages, one row a test. */
final class GenerationsTest {
    private final List<EmulatedCloud> clouds = new ArrayList<>();

    @AfterEach
    void close() {
        clouds.forEach(EmulatedCloud::close);
    }

    private EmulatedCloud cloud(Generation generation) {
        EmulatedCloud cloud =
                EmulatedCloud.sample(Emulator.builder().keys(Keys.SHARED).generation(generation));
        clouds.add(cloud);
        return cloud;
    }

    private static Answer login(EmulatedCloud cloud, String... more) {
        Generation generation = cloud.emulator().generation();
        String path = generation == Generation.BLUEMIX_2017 ? "/oidc/token" : "/identity/token";
        List<String> form = new ArrayList<>(List.of(
                "grant_type",
                "password",
                "username",
                EmulatedCloud.USER,
                "password",
                EmulatedCloud.PASSWORD,
                "response_type",
                generation.uaaResponseType(),
                "uaa_client_secret",
                ""));
        form.addAll(List.of(more));
        return new Caller(cloud.emulator().iamUrl()).form(path, BX, form.toArray(String[]::new));
    }

    private static Answer refresh(EmulatedCloud cloud, String refreshToken, String spelling) {
        return new Caller(cloud.emulator().iamUrl())
                .token(
                        BX,
                        "grant_type",
                        "refresh_token",
                        "refresh_token",
                        refreshToken,
                        "response_type",
                        cloud.emulator().generation().uaaResponseType(),
                        spelling,
                        "cf",
                        "uaa_client_secret",
                        "",
                        "bss_account",
                        cloud.prod().id());
    }

    @ParameterizedTest
    @EnumSource(Generation.class)
    void firstLogin_hasUaaTokens(Generation generation) {
        EmulatedCloud cloud = cloud(generation);
        Answer answer = login(cloud, "uaa_client_id", "cf");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().has("uaa_token")).isTrue();
        assertThat(answer.json().has("uaa_refresh_token")).isTrue();
        assertThat(answer.json().has("scope")).isEqualTo(generation != Generation.BLUEMIX_2017);
        assertThat(cloud.emulator().departures()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"BLUEMIX_2017,uaa_client_id,true", "BLUEMIX_2019,uaa_client_ID,false", "IBM_CLOUD,uaa_client_ID,false"})
    void boundLogin_spellsAndAnswersAsItsPage(Generation generation, String spelling, boolean uaaTokens) {
        EmulatedCloud cloud = cloud(generation);
        Answer answer = login(cloud, "bss_account", cloud.prod().id(), spelling, "cf");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().has("uaa_token")).isEqualTo(uaaTokens);
        assertThat(answer.json().has("scope")).isFalse();
        String other = spelling.equals("uaa_client_id") ? "uaa_client_ID" : "uaa_client_id";
        assertThat(login(cloud, "bss_account", cloud.prod().id(), other, "cf").status())
                .isEqualTo(400);
        assertThat(cloud.emulator().departures()).singleElement().asString().contains(other, "expected " + spelling);
    }

    @ParameterizedTest
    @CsvSource({"BLUEMIX_2017,uaa_client_id", "BLUEMIX_2019,uaa_client_ID", "IBM_CLOUD,uaa_client_ID"})
    void refresh_hasUaaTokens(Generation generation, String spelling) {
        EmulatedCloud cloud = cloud(generation);
        String refreshToken = cloud.emulator().issueRefreshToken(cloud.user(), cloud.prod());
        Answer answer = refresh(cloud, refreshToken, spelling);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().has("uaa_token")).isTrue();
        assertThat(cloud.emulator().departures()).isEmpty();
    }

    @Test
    void bluemix2017_knowsNoKubeTokens() {
        EmulatedCloud cloud = cloud(Generation.BLUEMIX_2017);
        Caller caller = new Caller(cloud.emulator().iamUrl());
        String refreshToken = cloud.emulator().issueRefreshToken(cloud.user(), cloud.prod());

        assertThat(caller.token(
                                BX,
                                "grant_type",
                                "refresh_token",
                                "refresh_token",
                                refreshToken,
                                "response_type",
                                "delegated_refresh_token",
                                "receiver_client_ids",
                                "kube")
                        .status())
                .isEqualTo(400);
        assertThat(caller.form("/oidc/token", KUBE, "grant_type", URN + "apikey", "apikey", EmulatedCloud.PROD_API_KEY)
                        .status())
                .isEqualTo(400);
        assertThat(cloud.emulator().departures()).hasSize(2);
    }

    @Test
    void bluemix2017_logsInAtOidcAndRefreshesAtIdentity() {
        EmulatedCloud cloud = cloud(Generation.BLUEMIX_2017);
        Caller caller = new Caller(cloud.emulator().iamUrl());
        Answer login = caller.token(
                BX, "grant_type", URN + "apikey", "response_type", "cloud_iam", "apikey", EmulatedCloud.PROD_API_KEY);
        Answer refresh = caller.form("/oidc/token", BX, "grant_type", "refresh_token", "refresh_token", "x");

        assertThat(login.status()).isEqualTo(404);
        assertThat(login.text()).contains("expected /oidc/token");
        assertThat(refresh.status()).isEqualTo(404);
        assertThat(refresh.text()).contains("expected /identity/token");
    }

    @Test
    void responseType_ofAnotherGeneration_isADeparture() {
        EmulatedCloud cloud = cloud(Generation.BLUEMIX_2019);
        Answer answer = new Caller(cloud.emulator().iamUrl())
                .token(
                        BX,
                        "grant_type",
                        URN + "apikey",
                        "apikey",
                        EmulatedCloud.PROD_API_KEY,
                        "response_type",
                        "cloud_iam, uaa",
                        "uaa_client_id",
                        "cf",
                        "uaa_client_secret",
                        "");

        assertThat(answer.field("errorCode")).isEqualTo("BXNIM0106E");
        assertThat(cloud.emulator().departures()).singleElement().asString().contains("response_type");
    }
}

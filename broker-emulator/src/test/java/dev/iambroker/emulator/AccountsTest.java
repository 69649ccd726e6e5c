package dev.iambroker.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.Caller.Answer;
import dev.iambroker.emulator.directory.Account;
import dev.iambroker.emulator.directory.Identity;
import dev.iambroker.emulator.settings.Generation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

final class AccountsTest {
    private static final String V2 = "/coe/v2/accounts";

    private static Answer list(Emulator emulator, String path, String token) {
        return new Caller(emulator.accountsUrl())
                .get(
                        path,
                        "Authorization",
                        "bearer " + token,
                        "Accept",
                        "application/json",
                        "Content-Type",
                        "application/json");
    }

    private static List<String> guids(JsonNode answer) {
        List<String> guids = new ArrayList<>();
        answer.get("resources")
                .forEach(each -> guids.add(each.path("metadata").path("guid").asString()));
        return guids;
    }

    @Test
    void v2_unboundToken_listsEveryAccountOfTheUser() {
        try (EmulatedCloud cloud = EmulatedCloud.sample(Emulator.builder().keys(Keys.SHARED))) {
            Emulator emulator = cloud.emulator();
            JsonNode answer = list(emulator, V2, emulator.issueAccessToken(cloud.user(), null))
                    .json();

            assertThat(guids(answer)).containsExactly(EmulatedCloud.PROD_ACCOUNT, EmulatedCloud.DEV_ACCOUNT);
            assertThat(answer.get("next_url").isNull()).isTrue();
            assertThat(answer.get("total_results").asInt()).isEqualTo(2);
            assertThat(answer.get("resources")
                            .get(0)
                            .path("entity")
                            .path("name")
                            .asString())
                    .isEqualTo("Emulated Production");
            assertThat(emulator.departures()).isEmpty();
        }
    }

    @Test
    void v2_morePages_areLinkedByNextUrl() {
        try (Emulator emulator = Emulator.builder().keys(Keys.SHARED).start()) {
            emulator.settings().accountsPageSize(2);
            Account[] accounts = new Account[5];
            for (int i = 0; i < accounts.length; i++) {
                accounts[i] = emulator.addAccount("%032x".formatted(i), "account " + i);
            }
            Identity user = emulator.addUser("u@emulated.example", "p", accounts);
            String token = emulator.issueAccessToken(user, null);
            List<String> all = new ArrayList<>();
            String next = V2;
            int pages = 0;
            while (next != null) {
                JsonNode page = list(emulator, next, token).json();
                all.addAll(guids(page));
                next = page.get("next_url").isNull()
                        ? null
                        : page.get("next_url").asString();
                pages++;
            }

            assertThat(pages).isEqualTo(3);
            assertThat(all).hasSize(5).doesNotHaveDuplicates();
            assertThat(emulator.departures()).isEmpty();
        }
    }

    @Test
    void v1_resources_areAnArrayOrAsPrinted() {
        try (EmulatedCloud cloud =
                EmulatedCloud.sample(Emulator.builder().keys(Keys.SHARED).generation(Generation.BLUEMIX_2017))) {
            Emulator emulator = cloud.emulator();
            String token = emulator.issueAccessToken(cloud.user(), null);
            JsonNode array = list(emulator, "/v1/accounts", token).json();
            emulator.settings().accountsAsSingleObject(true);
            JsonNode single = list(emulator, "/v1/accounts", token).json();

            assertThat(guids(array)).hasSize(2);
            assertThat(array.get("total_pages").asInt()).isEqualTo(1);
            assertThat(single.path("resources").path("metadata").path("guid").asString())
                    .isEqualTo(EmulatedCloud.PROD_ACCOUNT);
            assertThat(single.path("resources").path("metadata").path("origin").asString())
                    .isEqualTo("BSS");
        }
    }

    @Test
    void token_expiredOrForged_isRefused() {
        ManualClock clock = new ManualClock();
        try (EmulatedCloud cloud = EmulatedCloud.sample(
                        Emulator.builder().keys(Keys.SHARED).clock(clock));
                EmulatedCloud stranger = EmulatedCloud.sample(Emulator.builder().clock(clock))) {
            Emulator emulator = cloud.emulator();
            String good = emulator.issueAccessToken(cloud.user(), null);
            String idToken = emulator.issueIdToken(cloud.user(), cloud.prod());
            String forged = stranger.emulator().issueAccessToken(cloud.user(), null);

            assertThat(list(emulator, V2, forged).status()).isEqualTo(401);
            assertThat(list(emulator, V2, idToken).status()).isEqualTo(401);
            assertThat(list(emulator, V2, "nonsense").status()).isEqualTo(401);
            clock.advance(Duration.ofHours(1));
            assertThat(list(emulator, V2, good).field("code")).isEqualTo("A0003");
            assertThat(emulator.departures()).isEmpty();
        }
    }
}

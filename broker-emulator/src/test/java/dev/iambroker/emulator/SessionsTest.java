package dev.iambroker.emulator;

import static dev.iambroker.emulator.Caller.BX;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.emulator.Caller.Answer;
import dev.iambroker.emulator.directory.Account;
import dev.iambroker.emulator.directory.Identity;
import dev.iambroker.emulator.fault.Misbehaviour;
import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.emulator.settings.Rotation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class SessionsTest {
    private final ManualClock clock = new ManualClock();
    private final Emulator emulator =
            Emulator.builder().keys(Keys.SHARED).clock(clock).start();
    private final Account account = emulator.addAccount(EmulatedCloud.PROD_ACCOUNT, "a");
    private final Identity user = emulator.addUser(EmulatedCloud.USER, EmulatedCloud.PASSWORD, account);
    private final Caller caller = new Caller(emulator.iamUrl());

    @AfterEach
    void close() {
        emulator.close();
    }

    private String login() {
        return emulator.issueRefreshToken(user, account);
    }

    private Answer refresh(String refreshToken) {
        return caller.token(BX, "grant_type", "refresh_token", "refresh_token", refreshToken);
    }

    private String code(String refreshToken) {
        Answer answer = refresh(refreshToken);
        return answer.status() == 200 ? "fine" : answer.field("errorCode");
    }

    private String mint(String refreshToken) {
        return caller.token(
                        BX,
                        "grant_type",
                        "refresh_token",
                        "refresh_token",
                        refreshToken,
                        "response_type",
                        "delegated_refresh_token",
                        "receiver_client_ids",
                        "kube")
                .field("delegated_refresh_token");
    }

    @Test
    void off_everyTokenStaysGood() {
        String first = login();
        String second = refresh(first).field("refresh_token");

        assertThat(refresh(second).status()).isEqualTo(200);
        assertThat(refresh(first).status()).isEqualTo(200);
    }

    @Test
    void overlapping_usedTokenStaysGoodUntilItsSuccessorWasUsed() {
        emulator.settings().rotation(Rotation.OVERLAPPING);
        String first = login();
        String lost = refresh(first).field("refresh_token");
        String second = refresh(first).field("refresh_token");
        String third = refresh(second).field("refresh_token");

        assertThat(code(first)).isEqualTo("BXNIM0407E");
        assertThat(code(lost)).isEqualTo("fine");
        assertThat(code(second)).isEqualTo("fine");
        assertThat(code(third)).isEqualTo("fine");
        assertThat(code(second)).isEqualTo("BXNIM0407E");
    }

    @Test
    void strict_usedTokenIsDead() {
        emulator.settings().rotation(Rotation.STRICT);
        String first = login();
        String second = refresh(first).field("refresh_token");

        assertThat(code(first)).isEqualTo("BXNIM0407E");
        assertThat(code(second)).isEqualTo("fine");
    }

    @Test
    void strictFamily_usedTokenPresentedAgain_endsTheSession() {
        emulator.settings().rotation(Rotation.STRICT_FAMILY);
        String first = login();
        String other = login();
        String second = refresh(first).field("refresh_token");
        assertThat(emulator.liveSessions(user)).isEqualTo(2);

        assertThat(code(first)).isEqualTo("BXNIM0407E");
        assertThat(code(second)).isEqualTo("BXNIM0439E");
        assertThat(emulator.liveSessions(user)).isEqualTo(1);
        assertThat(code(other)).isEqualTo("fine");
    }

    @ParameterizedTest
    @EnumSource(Rotation.class)
    void retiredUses_areThoseOfATokenWhoseSuccessorWasUsed(Rotation rotation) {
        emulator.settings().rotation(rotation);
        String first = login();
        String second = refresh(first).field("refresh_token");
        assertThat(code(first)).isNotEmpty();
        assertThat(emulator.retiredUses()).isEmpty();

        String untouched = login();
        emulator.settings().rotation(Rotation.OVERLAPPING);
        String third = refresh(untouched).field("refresh_token");
        assertThat(code(third)).isEqualTo("fine");
        assertThat(code(untouched)).isEqualTo("BXNIM0407E");
        assertThat(emulator.retiredUses()).singleElement().satisfies(use -> {
            assertThat(use.identity()).isEqualTo(user);
            assertThat(use.at()).isEqualTo(clock.instant());
        });
        assertThat(emulator.isRefreshTokenUsable(second)).isEqualTo(rotation != Rotation.STRICT_FAMILY);
    }

    @Test
    void retiredUses_ofAnOlderGeneration_areCountedEachTime() {
        String first = login();
        String third = refresh(refresh(first).field("refresh_token")).field("refresh_token");
        assertThat(code(third)).isEqualTo("fine");
        assertThat(code(first)).isEqualTo("fine");
        assertThat(mint(first)).isNotEmpty();

        assertThat(emulator.retiredUses()).hasSize(2);
    }

    @Test
    void liveSessions_areThoseWithATokenThatCouldBeUsed() {
        emulator.settings().inactivity(Duration.ofHours(2));
        assertThat(emulator.liveSessions(user)).isZero();
        String first = login();
        assertThat(code(first)).isEqualTo("fine");
        assertThat(emulator.liveSessions(user)).isEqualTo(1);
        clock.advance(Duration.ofHours(1));
        assertThat(login()).isNotEqualTo(first);
        assertThat(emulator.liveSessions(user)).isEqualTo(2);
        clock.advance(Duration.ofHours(1).plusSeconds(1));
        assertThat(emulator.liveSessions(user)).isEqualTo(1);
        emulator.endSessions();

        assertThat(emulator.liveSessions(user)).isZero();
    }

    @Test
    void count_ofAnIdentity_isOfItsOwnRequests() {
        Identity other = emulator.addUser("other@emulated.example", "emulated-other", account);
        emulator.addApiKey("emulated-key-of-other", other, account);
        emulator.addTrustedProfile("emulated-ci", account, "emulated-resource");
        assertThat(code(login())).isEqualTo("fine");
        assertThat(code(emulator.issueRefreshToken(other, account))).isEqualTo("fine");
        assertThat(code(emulator.issueRefreshToken(other, account))).isEqualTo("fine");
        for (String[] credential : new String[][] {
            {"apikey", "apikey", "emulated-key-of-other"},
            {"passcode", "passcode", emulator.addPasscode(other)},
            {"cr-token", "cr_token", "emulated-resource", "profile_name", "emulated-ci"}
        }) {
            assertThat(logIn(credential)).isEqualTo(200);
        }

        assertThat(emulator.count(GrantKind.REFRESH, user)).isEqualTo(1);
        assertThat(emulator.count(GrantKind.REFRESH, other)).isEqualTo(2);
        assertThat(emulator.count(GrantKind.API_KEY, other)).isEqualTo(1);
        assertThat(emulator.count(GrantKind.PASSCODE, other)).isEqualTo(1);
        assertThat(emulator.requests(GrantKind.COMPUTE_RESOURCE).getFirst().login())
                .startsWith("iam-Profile-");
        emulator.clearRequests();
        assertThat(emulator.count(GrantKind.REFRESH, other)).isZero();
    }

    /** @param credential the grant's last word, and the fields of its form with their values in turn */
    private int logIn(String... credential) {
        List<String> form = new ArrayList<>(List.of("grant_type", Caller.URN + credential[0]));
        form.addAll(List.of(credential).subList(1, credential.length));
        boolean hasClient = !credential[0].equals("cr-token");
        if (hasClient) {
            form.addAll(List.of("response_type", "cloud_iam"));
        }
        return caller.token(hasClient ? BX : null, form.toArray(String[]::new)).status();
    }

    @ParameterizedTest
    @EnumSource(Rotation.class)
    void mint_neverUsesUpTheToken(Rotation rotation) {
        emulator.settings().rotation(rotation);
        String refreshToken = login();

        assertThat(mint(refreshToken)).isNotEqualTo(mint(refreshToken));
        assertThat(code(refreshToken)).isEqualTo("fine");
    }

    @Test
    void overlapping_mintRetiresThePredecessor() {
        emulator.settings().rotation(Rotation.OVERLAPPING);
        String first = login();
        assertThat(mint(refresh(first).field("refresh_token"))).isNotEmpty();

        assertThat(code(first)).isEqualTo("BXNIM0407E");
    }

    @Test
    void refreshToken_atItsEnd_isExpired() {
        emulator.settings().refreshTokenLife(Duration.ofDays(3));
        String refreshToken = login();
        clock.advance(Duration.ofDays(3).minusSeconds(1));
        assertThat(emulator.isRefreshTokenUsable(refreshToken)).isTrue();
        clock.advance(Duration.ofSeconds(1));

        assertThat(emulator.isRefreshTokenUsable(refreshToken)).isFalse();
        assertThat(code(refreshToken)).isEqualTo("BXNIM0408E");
    }

    @Test
    void session_atItsEnd_endsTheNewestTokenToo() {
        emulator.settings().sessionLife(Duration.ofDays(1));
        String refreshToken = login();
        for (int hour = 0; hour < 23; hour++) {
            clock.advance(Duration.ofHours(1));
            refreshToken = refresh(refreshToken).field("refresh_token");
        }
        clock.advance(Duration.ofHours(1));

        assertThat(code(refreshToken)).isEqualTo("BXNIM0408E");
    }

    @Test
    void session_notUsed_isInvalidatedForGood() {
        emulator.settings().inactivity(Duration.ofHours(2));
        String refreshToken = login();
        clock.advance(Duration.ofHours(2));
        assertThat(code(refreshToken)).isEqualTo("fine");
        clock.advance(Duration.ofHours(2).plusSeconds(1));

        assertThat(code(refreshToken)).isEqualTo("BXNIM0439E");
        emulator.settings().inactivity(Duration.ofDays(2));
        assertThat(code(refreshToken)).isEqualTo("BXNIM0439E");
    }

    @Test
    void endSessions_invalidatesAll() {
        String refreshToken = login();
        emulator.endSessions();

        assertThat(code(refreshToken)).isEqualTo("BXNIM0439E");
    }

    @Test
    void peakInFlight_countsThoseOfOneSession() throws Exception {
        String refreshToken = login();
        assertThat(refresh(refreshToken).status()).isEqualTo(200);
        assertThat(refresh(refreshToken).status()).isEqualTo(200);
        assertThat(emulator.peakInFlightOfASession()).isEqualTo(1);
        emulator.misbehave(Misbehaviour.HANG_AFTER_ACCEPT);
        Thread first = Thread.startVirtualThread(() -> refreshInVain(refreshToken));
        Thread second = Thread.startVirtualThread(() -> refreshInVain(refreshToken));
        emulator.awaitRequests(4, request -> request.grant() == GrantKind.REFRESH, Caller.PATIENCE);
        emulator.stop();
        first.join();
        second.join();

        assertThat(emulator.peakInFlightOfASession()).isEqualTo(2);
    }

    private void refreshInVain(String refreshToken) {
        assertThatThrownBy(() -> refresh(refreshToken)).isInstanceOf(AssertionError.class);
    }
}

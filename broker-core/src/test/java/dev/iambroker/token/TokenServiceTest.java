package dev.iambroker.token;

import static dev.iambroker.token.Bench.DEV;
import static dev.iambroker.token.Bench.PROD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.AccountState;
import dev.iambroker.account.Cloud;
import dev.iambroker.account.Login;
import dev.iambroker.account.TokenKind;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.secret.Reveals;
import dev.iambroker.secret.Secret;
import dev.iambroker.secret.SecretSource;
import dev.iambroker.store.StoredSession;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

@Reveals("looks at what was handed out")
final class TokenServiceTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private static IamFailure down() {
        return new IamFailure.Retry("IAM at test refused the connection", IamFailure.NO_STATUS, null, null);
    }

    @Test
    void aDueToken_isGivenAgainWithoutALook_onlyWhileItsRenewalIsSeenTo() {
        Bench bench = new Bench(Bench.byKey()).started();
        long changes = bench.tokens.changes();
        Token token = bench.access(PROD);
        assertThat(bench.tokens.stillGives(token, Duration.ZERO, changes)).isTrue();
        bench.hold();
        bench.time.advance(Duration.ofMinutes(35));
        assertThat(bench.access(PROD)).isSameAs(token);
        assertThat(bench.tokens.stillGives(token, Duration.ZERO, changes))
                .as("it is being renewed")
                .isTrue();
        bench.iam.failWith(TokenServiceTest::down);
        bench.release();
        assertThat(bench.tokens.stillGives(token, Duration.ZERO, changes))
                .as("its renewal is put off")
                .isTrue();
        assertThat(bench.tokens.stillGives(token, Duration.ofMinutes(30), changes))
                .as("it does not live so long")
                .isFalse();

        bench.iam.failWith(null);
        bench.time.advance(Duration.ofMinutes(2));
        assertThat(bench.tokens.stillGives(token, Duration.ZERO, changes))
                .as("another is there")
                .isFalse();
    }

    @Test
    void aDueToken_thatNobodyRenews_takesAnotherLook() {
        Bench bench = new Bench(Bench.byKey()).started();
        long changes = bench.tokens.changes();
        Token token = bench.access(PROD);
        bench.time.suspend(Duration.ofMinutes(35));
        assertThat(bench.tokens.stillGives(token, Duration.ZERO, changes)).isFalse();
    }

    @Test
    void start_apiKey_isServedWithoutACaller() {
        Bench bench = new Bench(Bench.byKey()).started();
        assertThat(bench.iam.requests()).containsExactly("apikey");
        bench.access(PROD);
        assertThat(bench.iam.requests()).hasSize(1);
        assertThat(bench.tokens.status(PROD).state()).isEqualTo(AccountState.VALID);
    }

    @Test
    void schedule_hourLongLives_renewsBetween45And55PercentOfEach() {
        Bench bench = new Bench(Bench.byKey()).started();
        bench.time.advance(HOUR.multipliedBy(45).dividedBy(100).minusSeconds(1));
        assertThat(bench.iam.count("apikey")).isEqualTo(1);
        bench.time.advance(HOUR.dividedBy(10).plusSeconds(2));
        assertThat(bench.iam.count("apikey")).isEqualTo(2);
    }

    @Test
    void renewalUnderWay_usableToken_isAnsweredAtOnce() {
        Bench bench = new Bench(Bench.byKey()).started();
        Token old = bench.access(PROD);
        bench.hold();
        bench.time.advance(Duration.ofMinutes(40));
        assertThat(bench.access(PROD)).isEqualTo(old);
        assertThat(bench.tokens.status(PROD).state()).isEqualTo(AccountState.REFRESHING);
        bench.release();
        assertThat(bench.access(PROD)).isNotEqualTo(old);
    }

    @Test
    void failedRenewal_goodToken_isKeptUntilTheFloorThenTypedError() {
        Bench bench = new Bench(Bench.byKey()).started();
        Token old = bench.access(PROD);
        bench.iam.failWith(TokenServiceTest::down);
        bench.time.advance(HOUR.minusSeconds(11));
        assertThat(bench.access(PROD)).isEqualTo(old);
        assertThat(bench.tokens.status(PROD).state()).isEqualTo(AccountState.BACKOFF);
        bench.time.advance(Duration.ofSeconds(2));
        assertThatThrownBy(() -> bench.access(PROD))
                .isInstanceOf(RenewalFailure.Transient.class)
                .hasMessageContaining("refused the connection");
        bench.iam.failWith(null);
        bench.time.advance(Duration.ofSeconds(31));
        assertThat(bench.access(PROD)).isNotEqualTo(old);
    }

    @Test
    void firstFailure_callerThatWaited_isToldWhenItIsTriedAgain() {
        Bench bench = new Bench(Bench.byPasscode()).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("passcode"));
        bench.iam.failWith(TokenServiceTest::down);
        assertThatThrownBy(() -> bench.kube(DEV))
                .isInstanceOfSatisfying(
                        RenewalFailure.Transient.class,
                        failure -> assertThat(failure.retryAfter())
                                .isBetween(Duration.ofMillis(100), Duration.ofMillis(500)));
    }

    @Test
    void refusedCredential_lookedAtAgain_keepsIamsReason() {
        Bench bench = new Bench(Bench.byKey());
        bench.iam.failWith(() -> new IamFailure.Reauthenticate("BXNIM0415E: not found", 400, "BXNIM0415E"));
        bench.started();
        for (int minute = 0; minute < 3; minute++) {
            bench.time.advance(Duration.ofMinutes(1));
            assertThatThrownBy(() -> bench.tokens.immediate(new TokenKey(PROD, TokenKind.ACCESS), Duration.ZERO))
                    .isInstanceOf(RenewalFailure.LoginRequired.class)
                    .hasMessage("BXNIM0415E: not found");
        }
        AccountStatus.Failure last = bench.tokens.status(PROD).lastFailure();
        assertThat(last).isNotNull();
        assertThat(last.cause().iamCode()).isEqualTo("BXNIM0415E");
        assertThat(bench.iam.requests()).containsExactly("apikey");
    }

    @Test
    void neverLoggedIn_isAStateAndNoFailure() {
        Bench bench = new Bench(Bench.byPasscode()).started();
        assertThat(bench.tokens.status(DEV).state()).isEqualTo(AccountState.LOGIN_REQUIRED);
        assertThat(bench.tokens.status(DEV).lastFailure()).isNull();
    }

    @Test
    void iamDownForAnHour_noToken_asksNoMoreOftenThanTheBackoffAllows() {
        Bench bench = new Bench(Bench.byKey());
        bench.iam.failWith(TokenServiceTest::down);
        bench.started();
        for (int second = 0; second < 3600; second++) {
            bench.time.advance(Duration.ofSeconds(1));
            assertThatThrownBy(() -> bench.access(PROD)).isInstanceOf(RenewalFailure.Transient.class);
        }
        // Full jitter below 30 s averages 15 s: 240 an hour, and a dozen for the doubling at the beginning.
        assertThat(bench.iam.requests().size()).isBetween(150, 330);
    }

    @Test
    void retryAfter_asLongAsIamAsks_nobodyAsksAgain() {
        Bench bench = new Bench(Bench.byKey());
        bench.iam.failWith(() -> new IamFailure.Retry("429", 429, null, Duration.ofMinutes(5)));
        bench.started();
        bench.time.advance(Duration.ofMinutes(5).minusSeconds(1));
        assertThat(bench.iam.requests()).hasSize(1);
        bench.iam.failWith(null);
        bench.time.advance(Duration.ofSeconds(2));
        assertThat(bench.access(PROD).left(bench.time)).isPositive();
    }

    @Test
    void minTtl_moreThanIsLeft_renewsFirst() {
        Bench bench = new Bench(Bench.byKey()).started();
        Token old = bench.access(PROD);
        bench.time.advance(Duration.ofMinutes(10));
        Token fresh = bench.tokens.token(new TokenKey(PROD, TokenKind.ACCESS), Duration.ofMinutes(55), Duration.ZERO);
        assertThat(fresh).isNotEqualTo(old);
    }

    @Test
    void minTtl_beyondAnyLife_doesNotDriveTheBrokerToIam() {
        Bench bench = new Bench(Bench.byKey()).started();
        for (int minute = 0; minute < 24 * 60; minute++) {
            bench.time.advance(Duration.ofMinutes(1));
            bench.tokens.token(new TokenKey(PROD, TokenKind.ACCESS), Duration.ofHours(2), Duration.ZERO);
        }
        assertThat(bench.iam.requests().size()).isLessThan(24 * 60 / 27 + 2);
    }

    @Test
    void minTtl_justBelowTheLife_isHeldByTheLeastInterval() {
        Bench bench = new Bench(Bench.byKey()).started();
        TokenKey key = new TokenKey(PROD, TokenKind.ACCESS);
        for (int second = 0; second < 100; second++) {
            bench.time.advance(Duration.ofSeconds(1));
            bench.tokens.token(key, HOUR.minusMillis(500), Duration.ZERO);
        }
        assertThat(bench.iam.requests().size()).isLessThanOrEqualTo(11);
    }

    @Test
    void twentyMinuteToken_isNotTakenForAnHour() {
        Bench bench = new Bench(Bench.byKey());
        bench.iam.life(Duration.ofMinutes(20));
        bench.started();
        bench.time.advance(Duration.ofMinutes(11).plusSeconds(1));
        assertThat(bench.iam.count("apikey")).isEqualTo(2);
    }

    @Test
    void wallClock_hoursForward_expiredTokenIsNotServed() {
        Bench bench = new Bench(Bench.byKey()).started();
        Token old = bench.access(PROD);
        bench.time.stepWall(Duration.ofHours(3));
        assertThat(bench.access(PROD)).isNotEqualTo(old);
    }

    @Test
    void wallClock_hoursBack_monotonicClockStillEndsTheToken() {
        Bench bench = new Bench(Bench.byKey()).started();
        Token old = bench.access(PROD);
        bench.time.stepWall(Duration.ofHours(-2));
        bench.time.advance(HOUR.minusSeconds(1));
        assertThat(bench.access(PROD)).isNotEqualTo(old);
        assertThat(old.left(bench.time)).isLessThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void passcode_neverLoggedIn_isLoginRequiredWithoutAskingIam() {
        Bench bench = new Bench(Bench.byPasscode()).started();
        assertThatThrownBy(() -> bench.access(DEV)).isInstanceOf(RenewalFailure.LoginRequired.class);
        assertThat(bench.iam.requests()).isEmpty();
        assertThat(bench.tokens.status(DEV).state()).isEqualTo(AccountState.LOGIN_REQUIRED);
        assertThat(bench.tokens.status(DEV).loggedInBefore()).isFalse();
    }

    @Test
    void passcode_sentOnce_keepsTheSessionAliveForADay() {
        Bench bench = new Bench(Bench.byPasscode()).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("one-time"));
        bench.time.advance(Duration.ofHours(24));
        assertThat(bench.access(DEV).left(bench.time)).isPositive();
        assertThat(bench.iam.count("passcode")).isEqualTo(1);
    }

    @Test
    void deadRefreshToken_callers_getLoginRequiredAndIamIsLeftAlone() {
        Bench bench = new Bench(Bench.byPasscode()).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("one-time"));
        bench.iam.revokeAll();
        bench.time.advance(HOUR.plusSeconds(1));
        int asked = bench.iam.requests().size();
        for (int i = 0; i < 1000; i++) {
            assertThatThrownBy(() -> bench.access(DEV)).isInstanceOf(RenewalFailure.LoginRequired.class);
        }
        assertThat(bench.iam.requests()).hasSize(asked);
        bench.tokens.loginByPasscode(DEV, Secret.of("another"));
        assertThat(bench.access(DEV).left(bench.time)).isPositive();
    }

    @Test
    void passwordLogin_refused_isNotTriedAgainUntilLogin() {
        Bench bench = new Bench(Bench.byPassword());
        bench.iam.failWith(() -> new IamFailure.Reauthenticate("BXNIM0602E: wrong", 400, "BXNIM0602E"));
        bench.started();
        bench.time.advance(Duration.ofHours(6));
        for (int i = 0; i < 100; i++) {
            bench.time.advance(Duration.ofMinutes(1));
            assertThatThrownBy(() -> bench.tokens.immediate(new TokenKey(DEV, TokenKind.ACCESS), Duration.ZERO))
                    .isInstanceOf(RenewalFailure.LoginRequired.class);
        }
        assertThat(bench.iam.requests()).containsExactly("password");
        bench.iam.failWith(null);
        bench.tokens.login(DEV);
        assertThat(bench.access(DEV).left(bench.time)).isPositive();
    }

    @Test
    void passwordSession_atItsEnd_isBegunAgainByItself() {
        Bench bench = new Bench(Bench.byPassword()).started();
        bench.iam.revokeAll();
        bench.time.advance(Duration.ofMinutes(40));
        assertThat(bench.iam.count("password")).isEqualTo(2);
        assertThat(bench.tokens.status(DEV).state()).isEqualTo(AccountState.VALID);
    }

    @Test
    void importedRefreshToken_isReadOnceForEachValue() {
        ManualTime time = new ManualTime();
        ScriptedIam iam = new ScriptedIam(time);
        AtomicReference<Secret> value = new AtomicReference<>(iam.importable("imported-1"));
        Account account = Bench.byRefreshToken(changing(value));
        Bench bench = new Bench(time, iam, new MemoryStore(), List.of(account), 1).started();
        bench.access(DEV);
        iam.revokeAll();
        time.advance(HOUR);
        assertThatThrownBy(() -> bench.access(DEV)).isInstanceOf(RenewalFailure.LoginRequired.class);
        value.set(iam.importable("imported-2"));
        assertThatThrownBy(() -> bench.tokens.immediate(new TokenKey(DEV, TokenKind.ACCESS), Duration.ZERO))
                .isInstanceOf(RenewalFailure.LoginRequired.class);
        assertThat(bench.access(DEV).left(time)).isPositive();
    }

    private static SecretSource changing(AtomicReference<Secret> value) {
        return new SecretSource() {
            @Override
            public Secret read() {
                return Objects.requireNonNull(value.get());
            }

            @Override
            public String describe() {
                return "a changing value";
            }
        };
    }

    @Test
    void kube_apiKey_takesOneStep() {
        Bench bench = new Bench(Bench.byKey()).started();
        bench.kube(PROD);
        assertThat(bench.iam.requests()).containsExactly("apikey", "kube-apikey");
    }

    @Test
    void kube_session_takesTheTwoDelegatedSteps() {
        Bench bench = new Bench(Bench.byPasscode()).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("one-time"));
        bench.kube(DEV);
        assertThat(bench.iam.requests())
                .containsExactly("passcode", "delegated_refresh_token", "delegated-refresh-token");
    }

    @Test
    void kube_unusedForLongerThanKeepWarm_isLetGo() {
        Bench bench = new Bench(Bench.byKey()).started();
        bench.kube(PROD);
        bench.time.advance(Duration.ofHours(2).plusMinutes(5));
        long warm = bench.iam.count("kube-apikey");
        assertThat(warm).isBetween(4L, 6L);
        bench.time.advance(Duration.ofHours(10));
        assertThat(bench.iam.count("kube-apikey")).isEqualTo(warm);
        assertThat(bench.kube(PROD).left(bench.time)).isPositive();
    }

    @Test
    void uaa_comesWithTheAccessToken() {
        Account account = new Account(
                PROD, new Login.ApiKey(Bench.source("k")), ScriptedIam.ACCOUNT_ID, Cloud.BLUEMIX_2019, /* uaa= */ true);
        Bench bench = new Bench(account).started();
        Token uaa = bench.tokens.token(new TokenKey(PROD, TokenKind.UAA), Duration.ofSeconds(60), Duration.ZERO);
        assertThat(uaa.value().reveal()).startsWith("uaa-prod");
        assertThat(bench.iam.requests()).containsExactly("apikey");
    }

    @Test
    void uaa_keyWhoseAnswerCarriesNone_comesByARefreshOnceAskedFor() {
        Account account = new Account(
                PROD, new Login.ApiKey(Bench.source("k")), ScriptedIam.ACCOUNT_ID, Cloud.IBM_CLOUD, /* uaa= */ true);
        Bench bench = new Bench(account);
        bench.iam.uaaOnlyByRefresh();
        bench.started();
        bench.time.advance(Duration.ofHours(1));
        assertThat(bench.iam.requests()).containsOnly("apikey");
        TokenKey uaa = new TokenKey(PROD, TokenKind.UAA);
        assertThat(bench.tokens
                        .token(uaa, Duration.ofSeconds(60), Duration.ZERO)
                        .value()
                        .reveal())
                .startsWith("uaa-prod");
        assertThat(bench.iam.count("refresh_token")).isEqualTo(1);
    }

    @Test
    void sharedLogin_eachAccount_isARefreshOfTheOwnersSession() {
        AccountName team = new AccountName("team-b");
        Account owner = Bench.byPasscode();
        Account shared = new Account(
                team,
                new Login.Shared(DEV, owner.login()),
                "ffffffffffffffffffffffffffffffff",
                Cloud.IBM_CLOUD,
                /* uaa= */ false);
        Bench bench = new Bench(owner, shared).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("one-time"));
        bench.time.settle();
        assertThat(bench.access(team).value().reveal()).startsWith("access-team-b");
        bench.kube(DEV);
        bench.kube(team);
        bench.time.advance(Duration.ofHours(12));
        assertThat(bench.access(DEV).left(bench.time)).isPositive();
        assertThat(bench.access(team).left(bench.time)).isPositive();
        assertThat(bench.iam.count("passcode")).isEqualTo(1);
    }

    @Test
    void anotherIdentity_behindTheSameAlias_isRefusedWithBothNames() {
        Bench bench = new Bench(Bench.byKey()).started();
        bench.iam.answerAs("IBMid-2");
        bench.time.advance(HOUR.plusSeconds(1));
        assertThatThrownBy(() -> bench.access(PROD))
                .isInstanceOf(RenewalFailure.IdentityMismatch.class)
                .hasMessageContaining("IBMid-1")
                .hasMessageContaining("IBMid-2");
    }

    @Test
    void fullDisk_rotatingSession_keepsTheNewTokenBackUntilItIsWritten() {
        Bench bench = new Bench(Bench.byPasscode()).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("one-time"));
        Token old = bench.access(DEV);
        bench.store.full(true);
        bench.time.advance(Duration.ofMinutes(40));
        assertThat(bench.access(DEV)).isEqualTo(old);
        long refreshes = bench.iam.count("refresh_token");
        assertThat(refreshes).isEqualTo(1);
        bench.store.full(false);
        bench.time.advance(Duration.ofMinutes(1));
        assertThat(bench.access(DEV)).isNotEqualTo(old);
        assertThat(bench.iam.count("refresh_token")).isEqualTo(refreshes);
    }

    @Test
    void fullDisk_apiKey_isServedFromMemory() {
        Bench bench = new Bench(Bench.byKey()).started();
        Token old = bench.access(PROD);
        bench.store.full(true);
        bench.time.advance(Duration.ofMinutes(40));
        assertThat(bench.access(PROD)).isNotEqualTo(old);
    }

    @Test
    void restart_whileIamIsDown_servesWhatWasKept() {
        Bench bench = new Bench(Bench.byKey()).started();
        Token old = bench.access(PROD);
        bench.iam.failWith(TokenServiceTest::down);
        Bench second = bench.restarted(List.of(Bench.byKey()));
        assertThat(second.access(PROD).value().reveal()).isEqualTo(old.value().reveal());
        second.time.advance(Duration.ofMinutes(20));
        bench.iam.failWith(null);
        second.time.advance(Duration.ofMinutes(20));
        assertThat(second.access(PROD).value().reveal())
                .isNotEqualTo(old.value().reveal());
    }

    @Test
    void logout_unattended_isDisabledAlsoAfterARestartUntilLogin() {
        Bench bench = new Bench(Bench.byKey()).started();
        bench.tokens.logout(PROD);
        Bench second = bench.restarted(List.of(Bench.byKey()));
        assertThatThrownBy(() -> second.access(PROD)).isInstanceOf(RenewalFailure.Disabled.class);
        assertThat(second.tokens.status(PROD).state()).isEqualTo(AccountState.DISABLED);
        second.tokens.login(PROD);
        assertThat(second.access(PROD).left(second.time)).isPositive();
    }

    @Test
    void logout_session_isRevokedAtIam() {
        Bench bench = new Bench(Bench.byPasscode()).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("one-time"));
        bench.tokens.logout(DEV);
        assertThat(bench.iam.requests()).endsWith("revoke");
        StoredSession kept = Objects.requireNonNull(bench.store.load(DEV));
        assertThat(kept.refreshToken()).isNull();
        assertThat(bench.tokens.status(DEV).state()).isEqualTo(AccountState.LOGIN_REQUIRED);
    }

    @Test
    void logout_whileAFlightWaitsForItsTurn_isNotUndoneByIt() {
        Bench bench = new Bench(Bench.byKey()).started();
        bench.hold();
        bench.time.advance(Duration.ofMinutes(40));
        bench.tokens.logout(PROD);
        bench.release();
        assertThat(bench.iam.count("apikey")).isEqualTo(1);
        assertThat(bench.tokens.status(PROD).state()).isEqualTo(AccountState.DISABLED);
        bench.tokens.login(PROD);
        assertThat(bench.tokens.status(PROD).state()).isEqualTo(AccountState.VALID);
    }

    @Test
    void delegatedToken_lapsedOnItsWay_isMintedOnceMore() {
        Bench bench = new Bench(Bench.byPasscode()).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("one-time"));
        AtomicInteger asked = new AtomicInteger();
        bench.iam.failWith(() -> asked.incrementAndGet() == 2
                ? new IamFailure.Reauthenticate("BXNIM0407E: lapsed", 400, "BXNIM0407E")
                : null);
        assertThat(bench.kube(DEV).left(bench.time)).isPositive();
        assertThat(bench.iam.count("delegated-refresh-token")).isEqualTo(2);
        assertThat(bench.iam.count("refresh_token")).isZero();
    }

    @Test
    void renewalDue_whileAnotherIsStillLanding_isLookedAtAgain() {
        Bench bench = new Bench(Bench.byKey()).started();
        bench.hold();
        bench.time.advance(Duration.ofMinutes(40));
        bench.tokens.purge(PROD);
        bench.time.advance(Duration.ofSeconds(11));
        assertThat(bench.iam.count("apikey")).isEqualTo(1);
        bench.iam.failWith(TokenServiceTest::down);
        bench.release();
        bench.iam.failWith(null);
        bench.time.advance(Duration.ofSeconds(2));
        assertThat(bench.tokens.peek(new TokenKey(PROD, TokenKind.ACCESS))).isNotNull();
    }

    @Test
    void purge_dropsTokensAndKeepsTheLogin() {
        Bench bench = new Bench(Bench.byPasscode()).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("one-time"));
        bench.tokens.purge(DEV);
        assertThat(bench.tokens.peek(new TokenKey(DEV, TokenKind.ACCESS))).isNull();
        assertThat(bench.access(DEV).left(bench.time)).isPositive();
        assertThat(bench.iam.requests()).containsExactly("passcode", "refresh_token");
    }

    @Test
    void runway_isTheLifeLeftDownToTheFloor() {
        Bench bench = new Bench(Bench.byKey()).started();
        assertThat(bench.tokens.status(PROD).runway()).isEqualTo(HOUR.minusSeconds(10));
        bench.iam.failWith(TokenServiceTest::down);
        bench.time.advance(Duration.ofMinutes(50));
        assertThat(bench.tokens.status(PROD).runway())
                .isEqualTo(Duration.ofMinutes(10).minusSeconds(10));
    }
}

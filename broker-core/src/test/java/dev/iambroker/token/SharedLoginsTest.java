package dev.iambroker.token;

import static dev.iambroker.token.Bench.DEV;
import static dev.iambroker.token.Bench.PROD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.AccountState;
import dev.iambroker.account.Login;
import dev.iambroker.account.TokenKind;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.secret.Secret;
import java.time.Duration;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two brokers that share their logins. */
final class SharedLoginsTest {
    private final ManualTime time = new ManualTime();
    private final ManualTime othersTime = new ManualTime();
    private final ScriptedIam iam = new ScriptedIam(time);
    private final SharedState state = new SharedState();
    private final SharedState.Member renewer = state.join(iam, time, Bench.byKey(), Bench.byPasscode());
    private final SharedState.Member other = state.join(iam, othersTime, Bench.byKey(), Bench.byPasscode());

    @BeforeEach
    void bothStart() {
        renewer.bench.started();
        other.bench.started();
    }

    @Test
    void aLogin_isRenewedByOne_andServedByBoth() {
        logInAt(renewer);
        int before = iam.asked().size();
        pass(Duration.ofHours(10));
        long renewals = iam.asked().stream().filter(isOf(DEV)).count();
        assertThat(iam.asked()).hasSizeGreaterThan(before);
        assertThat(renewals).as("one login, and a renewal each half hour").isBetween(17L, 24L);
        assertThat(etag(other, DEV)).isEqualTo(etag(renewer, DEV));
        assertThat(etag(other, PROD)).isEqualTo(etag(renewer, PROD));
    }

    private static Predicate<ScriptedIam.Asked> isOf(AccountName account) {
        return asked -> asked.account().equals(account.toString());
    }

    @Test
    void aLogin_atTheOneThatDoesNotRenew_servesBoth_andIsRenewedByTheOther() {
        logInAt(other);
        assertThat(etag(renewer, DEV)).isEqualTo(etag(other, DEV));
        String first = etag(renewer, DEV);
        pass(Duration.ofMinutes(40));
        assertThat(etag(renewer, DEV)).isNotEqualTo(first).isEqualTo(etag(other, DEV));
    }

    @Test
    void aLogin_atTheOneThatDoesNotRenew_servesAlsoWhoSharesIt() {
        AccountName team = new AccountName("team");
        Account sharing =
                Bench.account(team, new Login.Shared(DEV, Bench.byPasscode().login()));
        SharedState both = new SharedState();
        SharedState.Member first = both.join(iam, time, Bench.byPasscode(), sharing);
        SharedState.Member second = both.join(iam, othersTime, Bench.byPasscode(), sharing);
        first.bench.started();
        second.bench.started();
        logInAt(second);
        time.settle();
        TokenKey key = new TokenKey(team, TokenKind.ACCESS);
        assertThat(first.bench.tokens.peek(key)).isNotNull();
        assertThat(second.bench.tokens.peek(key)).isNotNull();
    }

    @Test
    void aKubeToken_thatTheOtherIsAskedFor_isMintedByTheRenewer_andKeptWarmWhileItIsUsed() {
        logInAt(renewer);
        Token first = other.bench.kube(DEV);
        assertThat(renewer.bench.kube(DEV).etag()).isEqualTo(first.etag());
        for (int i = 0; i < 12; i++) {
            pass(Duration.ofMinutes(20));
            assertThat(other.bench.kube(DEV).left(othersTime)).isPositive();
        }
        assertThat(other.bench.kube(DEV).etag()).isNotEqualTo(first.etag());
    }

    @Test
    void anAnswer_toASessionThatWasReplacedMeanwhile_isVoid() {
        logInAt(renewer);
        iam.beforeAnswer(() -> {
            iam.beforeAnswer(null);
            state.hold();
            logInAt(other);
        });
        pass(Duration.ofMinutes(40));
        assertThat(etag(renewer, DEV)).as("what the next attempt found").isEqualTo(etag(other, DEV));
        state.release();
        assertThat(etag(renewer, DEV)).isEqualTo(etag(other, DEV));
        pass(Duration.ofHours(3));
        assertThat(etag(renewer, DEV)).isEqualTo(etag(other, DEV));
        assertThat(renewer.bench.tokens.status(DEV).state()).isEqualTo(AccountState.VALID);
    }

    @Test
    void aDuty_thatPassesOn_isCarriedOutByTheOther() {
        logInAt(renewer);
        state.renewedBy(other);
        String first = etag(renewer, DEV);
        pass(Duration.ofMinutes(40));
        assertThat(etag(renewer, DEV)).isNotEqualTo(first).isEqualTo(etag(other, DEV));
    }

    @Test
    void whoTakesOver_whenARenewalIsOverdue_renewsAtOnce() {
        logInAt(renewer);
        renewer.bench.hold();
        pass(Duration.ofMinutes(40));
        String first = etag(other, DEV);
        state.renewedBy(other);
        othersTime.settle();
        assertThat(etag(other, DEV)).isNotEqualTo(first);
        int before = iam.asked().size();
        renewer.bench.release();
        assertThat(iam.asked())
                .as("what waited at the one before is not its to do any more")
                .hasSize(before);
    }

    @Test
    void theEndOfASession_isToldAtBoth_andALoginAtAnyEndsIt() {
        logInAt(renewer);
        iam.revokeAll();
        pass(Duration.ofMinutes(90));
        assertThat(renewer.bench.tokens.status(DEV).state()).isEqualTo(AccountState.LOGIN_REQUIRED);
        assertThat(other.bench.tokens.status(DEV).state()).isEqualTo(AccountState.LOGIN_REQUIRED);
        assertThatThrownBy(() -> other.bench.access(DEV)).isInstanceOf(RenewalFailure.LoginRequired.class);
        logInAt(other);
        assertThat(renewer.bench.tokens.status(DEV).state()).isEqualTo(AccountState.VALID);
        assertThat(other.bench.tokens.status(DEV).state()).isEqualTo(AccountState.VALID);
        pass(Duration.ofHours(2));
        assertThat(etag(renewer, DEV)).isEqualTo(etag(other, DEV));
    }

    @Test
    void aLogout_atOne_endsBoth() {
        logInAt(renewer);
        other.bench.tokens.logout(DEV);
        assertThat(renewer.bench.tokens.peek(new TokenKey(DEV, TokenKind.ACCESS)))
                .isNull();
        assertThat(renewer.bench.tokens.status(DEV).state()).isEqualTo(AccountState.LOGIN_REQUIRED);
    }

    @Test
    void whileTheStateIsOutOfReach_aKeyIsUsedAfterHalfOfWhatWasLeft_andASessionWaits() {
        logInAt(renewer);
        pass(Duration.ofMinutes(2));
        String byKey = etag(other, PROD);
        String bySession = etag(other, DEV);
        renewer.adrift(true);
        other.adrift(true);
        pass(Duration.ofMinutes(28));
        assertThat(etag(other, PROD)).isEqualTo(byKey);
        pass(Duration.ofMinutes(5));
        assertThat(etag(other, PROD)).isNotEqualTo(byKey);
        assertThat(etag(other, DEV)).isEqualTo(bySession);
        assertThat(other.bench.tokens.status(DEV).lastFailure()).isNotNull();
        pass(Duration.ofMinutes(28));
        assertThatThrownBy(() -> other.bench.access(DEV))
                .isInstanceOf(RenewalFailure.Transient.class)
                .hasMessageContaining("out of reach");
        other.adrift(false);
        renewer.adrift(false);
        pass(Duration.ofMinutes(1));
        assertThat(etag(other, DEV)).isNotEqualTo(bySession).isEqualTo(etag(renewer, DEV));
    }

    @Test
    void whileTheStateIsOutOfReach_whoAsksForAnotherTokenGetsItByTheKeyAtOnce() {
        logInAt(renewer);
        String before = etag(other, PROD);
        renewer.adrift(true);
        other.adrift(true);
        pass(Duration.ofMinutes(1));
        other.bench.tokens.refresh(PROD, Duration.ofSeconds(10));
        assertThat(etag(other, PROD)).isNotEqualTo(before);
        assertThatThrownBy(() -> other.bench.tokens.refresh(DEV, Duration.ofSeconds(10)))
                .hasMessageContaining("out of reach");
    }

    @Test
    void whoStarts_whileIamIsAway_servesWhatTheOthersHold() {
        logInAt(renewer);
        iam.failWith(() -> new IamFailure.Retry("down", IamFailure.NO_STATUS, null, null));
        SharedState.Member third = state.join(iam, new ManualTime(), Bench.byKey(), Bench.byPasscode());
        third.bench.started();
        assertThat(etag(third, DEV)).isEqualTo(etag(renewer, DEV));
        assertThat(etag(third, PROD)).isEqualTo(etag(renewer, PROD));
    }

    @Test
    void whoStarts_whileTheStateIsOutOfReach_doesNotAskForALoginThatTheOthersMayHave() {
        logInAt(renewer);
        SharedState.Member third = state.joinAdrift(iam, new ManualTime(), Bench.byKey(), Bench.byPasscode());
        third.bench.started();

        assertThat(third.bench.tokens.status(DEV).state()).isNotEqualTo(AccountState.LOGIN_REQUIRED);
        assertThatThrownBy(() -> third.bench.access(DEV))
                .isInstanceOf(RenewalFailure.Transient.class)
                .hasMessageContaining("out of reach");
        third.adrift(false);
        assertThat(etag(third, DEV)).isEqualTo(etag(renewer, DEV));
    }

    @Test
    void whoStarts_whileTheStateIsOutOfReach_learnsLaterThatNobodyHasLoggedIn() {
        SharedState.Member third = state.joinAdrift(iam, new ManualTime(), Bench.byKey(), Bench.byPasscode());
        third.bench.started();
        third.adrift(false);

        assertThat(third.bench.tokens.status(DEV).state()).isEqualTo(AccountState.LOGIN_REQUIRED);
        logInAt(renewer);
        assertThat(etag(third, DEV)).isEqualTo(etag(renewer, DEV));
    }

    @Test
    void aLogin_whileTheStateIsOutOfReach_isRefusedBeforeIamIsAsked() {
        other.adrift(true);
        int before = iam.asked().size();

        assertThatThrownBy(() -> logInAt(other))
                .isInstanceOf(RenewalFailure.Transient.class)
                .hasMessageContaining("out of reach");
        assertThat(iam.asked()).hasSize(before);
        other.adrift(false);
        logInAt(other);
        assertThat(etag(renewer, DEV)).isEqualTo(etag(other, DEV));
    }

    private static void logInAt(SharedState.Member member) {
        member.bench.tokens.loginByPasscode(DEV, Secret.of("one-time"));
    }

    private static String etag(SharedState.Member member, AccountName account) {
        return member.bench.access(account).etag();
    }

    private void pass(Duration duration) {
        Duration step = Duration.ofSeconds(20);
        for (Duration passed = Duration.ZERO; passed.compareTo(duration) < 0; passed = passed.plus(step)) {
            othersTime.advance(step);
            time.advance(step);
        }
    }
}

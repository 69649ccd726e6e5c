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
import dev.iambroker.secret.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two brokers that share their logins, and what one of them does while the other does something else. */
final class SharedLoginRacesTest {
    private static final List<Account> BOTH = List.of(Bench.byKey(), Bench.byPasscode());
    private static final Duration A_WHILE = Duration.ofMinutes(2);

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
        logInAt(renewer);
    }

    @Test
    void aLogin_thatARenewalElsewhereOvertakes_standsAllTheSame() {
        String first = etag(renewer, DEV);
        pass(A_WHILE);
        iam.beforeAnswer(() -> {
            iam.beforeAnswer(null);
            state.hold();
            renewer.bench.tokens.renew(access(DEV), Duration.ZERO);
        });
        logInAt(other);
        state.release();
        assertThat(etag(other, DEV)).isNotEqualTo(first);
        pass(Duration.ofHours(3));
        assertThat(etag(other, DEV)).isEqualTo(etag(renewer, DEV));
    }

    @Test
    void aLogin_thatALoginOfSomebodyElseOvertakes_isRefusedAsAnyOther() {
        renewer.bench.tokens.logout(DEV);
        pass(A_WHILE);
        iam.beforeAnswer(() -> {
            iam.beforeAnswer(null);
            state.hold();
            logInAt(renewer);
            iam.answerAs("IBMid-2");
        });
        assertThatThrownBy(() -> logInAt(other)).isInstanceOf(RenewalFailure.IdentityMismatch.class);
        state.release();
        assertThat(etag(other, DEV)).isEqualTo(etag(renewer, DEV));
    }

    @Test
    void aLogout_whileTheOtherRenews_isNotUndoneByTheAnswer() {
        staysLoggedOut(DEV, AccountState.LOGIN_REQUIRED);
    }

    @Test
    void aLogout_whileTheOtherLogsInByKey_isNotUndoneByTheAnswer() {
        staysLoggedOut(PROD, AccountState.DISABLED);
    }

    private void staysLoggedOut(AccountName account, AccountState expected) {
        pass(A_WHILE);
        iam.afterAnswer(() -> {
            iam.afterAnswer(null);
            state.hold();
            other.bench.tokens.logout(account);
        });
        assertThatThrownBy(() -> renewer.bench.tokens.renew(access(account), Duration.ZERO))
                .isInstanceOf(RenewalFailure.Transient.class);
        pass(A_WHILE);
        state.release();
        pass(Duration.ofHours(3));
        assertThat(renewer.bench.tokens.status(account).state()).isEqualTo(expected);
        assertThat(other.bench.tokens.status(account).state()).isEqualTo(expected);
        assertThat(renewer.bench.tokens.peek(access(account))).isNull();
        assertThat(other.bench.tokens.peek(access(account))).isNull();
    }

    @Test
    void aLogout_endsTheWaitingForARenewalElsewhere() {
        pass(A_WHILE);
        renewer.bench.hold();
        CompletionStage<?> ofSession = waitingFor(other, DEV).landing();
        CompletionStage<?> byKey = waitingFor(other, PROD).landing();
        renewer.bench.tokens.logout(DEV);
        renewer.bench.tokens.logout(PROD);
        assertThat(ofSession.toCompletableFuture()).isCompletedExceptionally();
        assertThat(byKey.toCompletableFuture()).isCompletedExceptionally();
    }

    @Test
    void aPurge_atTheOneThatDoesNotRenew_isFollowedByANewTokenForBoth() {
        String first = etag(renewer, PROD);
        pass(A_WHILE);
        other.bench.tokens.purge(PROD);
        assertThat(etag(other, PROD)).isNotEqualTo(first).isEqualTo(etag(renewer, PROD));
    }

    @Test
    void aPurge_whileTheStateIsOutOfReach_isRefusedInWords() {
        String first = etag(other, PROD);
        other.adrift(true);
        assertThatThrownBy(() -> other.bench.tokens.purge(PROD))
                .isInstanceOf(RenewalFailure.Transient.class)
                .hasMessageContaining("out of reach");
        assertThat(etag(other, PROD)).isEqualTo(first);
    }

    @Test
    void aChangeOfAnAccount_atTheOneThatDoesNotRenew_leavesItWithAToken() {
        pass(A_WHILE);
        Account changed = new Account(
                PROD,
                Bench.byKey().login(),
                ScriptedIam.ACCOUNT_ID,
                Bench.byKey().cloud(),
                /* uaa= */ true);
        other.bench.tokens.reconfigure(List.of(changed, Bench.byPasscode())).run();
        assertThat(etag(other, PROD)).isEqualTo(etag(renewer, PROD));
    }

    @Test
    void aRenewalByKey_thatCouldNotBeSharedAtOnce_isSharedALittleLater() {
        pass(A_WHILE);
        renewer.failSaves(1);
        renewer.bench.tokens.renew(access(PROD), Duration.ZERO);
        long asked = iam.count("apikey");
        pass(A_WHILE);
        assertThat(etag(other, PROD)).isEqualTo(etag(renewer, PROD));
        assertThat(iam.count("apikey")).isEqualTo(asked);
    }

    @Test
    void aKubeToken_thatCouldNotBeSharedAtOnce_isSharedALittleLater() {
        renewer.failSaves(1);
        Token minted = renewer.bench.kube(DEV);
        pass(A_WHILE);
        assertThat(other.bench.kube(DEV).etag()).isEqualTo(minted.etag());
    }

    @Test
    void aLogin_thatCouldNotBeSharedAtOnce_isSharedALittleLater() {
        pass(A_WHILE);
        other.failSaves(1);
        logInAt(other);
        pass(A_WHILE);
        assertThat(etag(renewer, DEV)).isEqualTo(etag(other, DEV));
        pass(Duration.ofHours(3));
        assertThat(etag(renewer, DEV)).isEqualTo(etag(other, DEV));
        assertThat(other.bench.tokens.status(DEV).state()).isEqualTo(AccountState.VALID);
    }

    @Test
    void whoIsUnlocked_knowsOfALoginThatEndedMeanwhile() {
        Secret passphrase = Secret.of("a passphrase of a test");
        other.bench.tokens.lock(passphrase);
        iam.revokeAll();
        pass(Duration.ofMinutes(90));
        assertThat(renewer.bench.tokens.status(DEV).state()).isEqualTo(AccountState.LOGIN_REQUIRED);
        other.bench.tokens.unlock(passphrase);
        assertThat(other.bench.tokens.status(DEV).state()).isEqualTo(AccountState.LOGIN_REQUIRED);
    }

    @Test
    void aLockThatFails_losesNothingOfWhatArrivedMeanwhile() {
        pass(A_WHILE);
        other.full(true);
        other.beforeLock(() -> renewer.bench.tokens.renew(access(DEV), Duration.ZERO));
        assertThatThrownBy(() -> other.bench.tokens.lock(Secret.of("a passphrase of a test")))
                .isInstanceOf(LockFailed.class);
        assertThat(etag(other, DEV)).isEqualTo(etag(renewer, DEV));
    }

    @Test
    void anotherKindOfLogin_thatOneReloadAfterTheOtherBrings_isMadeOnce() {
        List<Account> byPassword = List.of(Bench.byKey(), Bench.byPassword());
        pass(A_WHILE);
        state.renewedBy(other);
        other.bench.tokens.reconfigure(byPassword).run();
        othersTime.advance(Duration.ofSeconds(5));
        String first = etag(other, DEV);
        renewer.bench.tokens.reconfigure(byPassword).run();
        pass(A_WHILE);
        assertThat(etag(other, DEV)).isEqualTo(first);
        assertThat(etag(renewer, DEV)).isEqualTo(first);
        assertThat(iam.count("password")).isEqualTo(1);
    }

    @Test
    void aPersonsLogin_ofAnotherKind_outlivesTheReloadOfTheOther() {
        List<Account> changed = List.of(Bench.account(PROD, new Login.Passcode()), Bench.byPasscode());
        pass(A_WHILE);
        other.bench.tokens.reconfigure(changed).run();
        other.bench.tokens.loginByPasscode(PROD, Secret.of("one-time"));
        String first = etag(other, PROD);
        renewer.bench.tokens.reconfigure(changed).run();
        pass(A_WHILE);
        assertThat(etag(other, PROD)).isEqualTo(first);
        assertThat(etag(renewer, PROD)).isEqualTo(first);
    }

    @Test
    void anAccount_thatAReloadAdds_isKnownToNeedALogin() {
        other.bench.tokens.reconfigure(List.of(Bench.byKey())).run();
        iam.revokeAll();
        pass(Duration.ofMinutes(90));
        other.bench.tokens.reconfigure(BOTH).run();
        assertThat(other.bench.tokens.status(DEV).state()).isEqualTo(AccountState.LOGIN_REQUIRED);
    }

    @Test
    void anAccount_thatAReloadAdds_hasTheSessionThatWasWrittenWhileItWaited() {
        other.bench.tokens.reconfigure(List.of(Bench.byKey())).run();
        Runnable prepared = other.bench.tokens.reconfigure(BOTH);
        pass(A_WHILE);
        renewer.bench.tokens.renew(access(DEV), Duration.ZERO);
        prepared.run();
        assertThat(etag(other, DEV)).isEqualTo(etag(renewer, DEV));
    }

    @Test
    void aRefresh_thatMeetsAHandover_waitsForTheOneThatRenewsNow() {
        pass(A_WHILE);
        String first = etag(renewer, DEV);
        renewer.bench.hold();
        PendingRenewal pending = Objects.requireNonNull(waitingFor(renewer, DEV));
        state.renewedBy(other);
        renewer.bench.release();
        assertThat(pending.taken(Duration.ZERO)).isNotNull();
        assertThat(etag(renewer, DEV)).isNotEqualTo(first).isEqualTo(etag(other, DEV));
    }

    @Test
    void aFirstRenewal_thatMeetsAHandover_isMadeOnce() {
        SharedState both = new SharedState();
        SharedState.Member first = both.join(iam, time, Bench.byKey());
        SharedState.Member second = both.join(iam, othersTime, Bench.byKey());
        long before = iam.count("apikey");
        first.bench.hold();
        first.bench.started();
        second.bench.started();
        both.hold();
        both.renewedBy(second);
        othersTime.advance(Duration.ofSeconds(20));
        assertThat(iam.count("apikey")).isEqualTo(before + 1);
        first.bench.release();
        both.release();
        assertThat(iam.count("apikey")).isEqualTo(before + 1);
        assertThat(etag(first, PROD)).isEqualTo(etag(second, PROD));
    }

    @Test
    void aDuty_thatIsKnownBeforeWhatItsRenewerDidLast_isNotDoneOnceMore() {
        state.hold();
        long before = iam.count("apikey");
        time.advance(Duration.ofMinutes(35));
        assertThat(iam.count("apikey")).isEqualTo(before + 1);
        state.renewedBy(other);
        othersTime.advance(Duration.ofMinutes(35));
        assertThat(iam.count("apikey")).isEqualTo(before + 1);
        assertThat(etag(other, PROD)).isEqualTo(etag(renewer, PROD));
        assertThat(etag(other, DEV)).isEqualTo(etag(renewer, DEV));
        state.release();
        assertThat(etag(other, PROD)).isEqualTo(etag(renewer, PROD));
        pass(Duration.ofMinutes(35));
        assertThat(iam.count("apikey")).isEqualTo(before + 2);
    }

    @Test
    void aRenewal_thatMeetsTheHandoverItself_isLeftToTheOther() {
        renewer.leaving(true);
        long before = iam.count("apikey");
        time.advance(Duration.ofMinutes(35));
        assertThat(iam.count("apikey")).isEqualTo(before);
        state.renewedBy(other);
        othersTime.advance(Duration.ofMinutes(35));
        assertThat(iam.count("apikey")).isEqualTo(before + 1);
        assertThat(etag(renewer, PROD)).isEqualTo(etag(other, PROD));
    }

    @Test
    void aRefresh_thatMeetsAHandoverThatComesToNothing_isMadeALittleLater() {
        pass(A_WHILE);
        String first = etag(renewer, DEV);
        renewer.leaving(true);
        PendingRenewal pending = waitingFor(renewer, DEV);
        renewer.leaving(false);
        time.advance(Duration.ofSeconds(2));
        assertThat(pending.taken(Duration.ZERO)).isNotNull();
        assertThat(etag(renewer, DEV)).isNotEqualTo(first).isEqualTo(etag(other, DEV));
    }

    @Test
    void twoRenewals_ofOneSecond_bothArrive() {
        pass(A_WHILE);
        renewer.bench.tokens.renew(access(PROD), Duration.ZERO);
        String first = etag(renewer, PROD);
        renewer.bench.tokens.renew(access(PROD), Duration.ZERO);
        assertThat(etag(renewer, PROD)).isNotEqualTo(first).isEqualTo(etag(other, PROD));
    }

    /** As a caller who wants more of life than the token has. */
    private static PendingRenewal waitingFor(SharedState.Member member, AccountName account) {
        return Objects.requireNonNull(member.bench.tokens.pending(access(account), Duration.ofMinutes(59)));
    }

    private static TokenKey access(AccountName account) {
        return new TokenKey(account, TokenKind.ACCESS);
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

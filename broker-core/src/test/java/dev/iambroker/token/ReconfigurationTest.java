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
import dev.iambroker.secret.Secret;
import dev.iambroker.store.StoreFailure;
import dev.iambroker.store.StoredSession;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Other accounts in the place of those that run. */
final class ReconfigurationTest {
    private static final AccountName TEAM = new AccountName("team-b");
    private static final String OTHER_ID = "f".repeat(32);
    private static final Account BY_KEY = Bench.byKey();
    private static final Account BY_PASSCODE = Bench.byPasscode();

    private static Account team(AccountName owner, Login login) {
        return new Account(TEAM, new Login.Shared(owner, login), OTHER_ID, Cloud.IBM_CLOUD, false);
    }

    private static Account team() {
        return team(DEV, BY_PASSCODE.login());
    }

    private static Account bound(Account account, String id) {
        return new Account(account.name(), account.login(), id, account.cloud(), account.uaa());
    }

    private static Account withUaa(Account account) {
        return new Account(account.name(), account.login(), account.accountId(), account.cloud(), true);
    }

    private static void reconfigure(Bench bench, Account... accounts) {
        bench.tokens.reconfigure(List.of(accounts)).run();
        bench.time.settle();
    }

    private static TokenKey access(AccountName name) {
        return new TokenKey(name, TokenKind.ACCESS);
    }

    private static StoredSession onDisk(Bench bench, AccountName name) {
        return Objects.requireNonNull(bench.store.load(name));
    }

    @Test
    void account_thatDiffers_neitherServesNorKeepsItsOldTokens() {
        Bench bench = new Bench(BY_KEY).started();
        Token old = bench.access(PROD);
        reconfigure(bench, bound(BY_KEY, OTHER_ID));
        assertThat(bench.access(PROD)).isNotEqualTo(old);
        assertThat(bench.iam.requests()).containsExactly("apikey", "apikey");
        assertThat(onDisk(bench, PROD).tokens()).extracting("value").doesNotContain(old.value());
    }

    @Test
    void account_thatDiffersWhileIamIsDown_findsNoOldTokenAfterARestart() {
        Bench bench = new Bench(BY_KEY).started();
        bench.iam.failWith(ReconfigurationTest::down);
        Account other = bound(BY_KEY, OTHER_ID);
        reconfigure(bench, other);
        assertThat(bench.tokens.peek(access(PROD))).isNull();
        assertThat(bench.restarted(List.of(other)).tokens.peek(access(PROD))).isNull();
    }

    @Test
    void account_thatDoesNotDiffer_keepsItsTokenAndItsPlans() {
        Bench bench = new Bench(BY_KEY, BY_PASSCODE).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("passcode"));
        Token token = bench.access(DEV);
        reconfigure(bench, withUaa(BY_KEY), BY_PASSCODE);
        assertThat(bench.access(DEV)).isEqualTo(token);
        assertThat(bench.iam.count("passcode")).isEqualTo(1);
        assertThat(bench.iam.count("refresh_token")).isZero();
        bench.time.advance(Duration.ofMinutes(34));
        assertThat(bench.iam.count("refresh_token")).isEqualTo(1);
    }

    @Test
    void accountThatIsAdded_beginsAsAtAStart() {
        Bench bench = new Bench(BY_PASSCODE).started();
        reconfigure(bench, BY_PASSCODE, BY_KEY);
        assertThat(bench.tokens.status(PROD).state()).isEqualTo(AccountState.VALID);
        assertThat(bench.tokens.names()).containsExactly(DEV, PROD);
    }

    @Test
    void accountThatIsAdded_whoseSessionCannotBeRead_changesNothing() {
        MemoryStore unreadable = new MemoryStore() {
            @Override
            public StoredSession load(AccountName account) {
                throw new StoreFailure("cannot read the session of " + account);
            }
        };
        Bench bench = new Bench(new ManualTime(), null, unreadable, List.of(), 1).started();
        assertThatThrownBy(() -> bench.tokens.reconfigure(List.of(BY_KEY))).isInstanceOf(StoreFailure.class);
        assertThat(bench.tokens.names()).isEmpty();
    }

    @Test
    void accountThatIsRemoved_isUnknown_andItsSessionComesBackWithIt() {
        Bench bench = new Bench(BY_KEY, BY_PASSCODE).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("passcode"));
        Token token = bench.access(DEV);
        reconfigure(bench, BY_KEY);
        assertThatThrownBy(() -> bench.access(DEV)).isInstanceOf(UnknownAccount.class);
        assertThat(bench.tokens.peek(access(DEV))).isNull();
        bench.time.advance(Duration.ofHours(1).minusSeconds(120));
        assertThat(bench.iam.count("refresh_token")).isZero();
        reconfigure(bench, BY_KEY, BY_PASSCODE);
        assertThat(bench.access(DEV).value()).isNotNull();
        assertThat(bench.iam.count("passcode")).isEqualTo(1);
        assertThat(token.value()).isNotNull();
    }

    @Test
    void login_survivesAChangeOfItsAccount() {
        Bench bench = new Bench(BY_PASSCODE).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("passcode"));
        reconfigure(bench, withUaa(BY_PASSCODE));
        assertThat(bench.tokens.status(DEV).state()).isEqualTo(AccountState.VALID);
        assertThat(bench.iam.requests()).containsExactly("passcode", "refresh_token");
        assertThat(bench.tokens.status(DEV).iamId()).isEqualTo("IBMid-1");
    }

    @Test
    void pin_survivesAnotherKey() {
        Bench bench = new Bench(BY_KEY).started();
        bench.iam.answerAs("IBMid-2");
        reconfigure(bench, Bench.account(PROD, new Login.ApiKey(Bench.source("somebody else's key"))));
        assertThatThrownBy(() -> bench.access(PROD)).isInstanceOf(RenewalFailure.IdentityMismatch.class);
    }

    @Test
    void session_isNotHandedToAnotherKindOfLogin() {
        Bench bench = new Bench(BY_PASSCODE).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("passcode"));
        reconfigure(bench, Bench.byPassword());
        assertThat(bench.iam.requests()).containsExactly("passcode", "password");
    }

    @Test
    void logout_survivesAChangeOfAnythingButTheLogin() {
        Bench bench = new Bench(BY_KEY).started();
        bench.tokens.logout(PROD);
        reconfigure(bench, withUaa(BY_KEY));
        assertThat(bench.tokens.status(PROD).state()).isEqualTo(AccountState.DISABLED);
    }

    @Test
    void sharingAccount_thatComesAndGoes_leavesItsOwnerAlone() {
        Bench bench = new Bench(BY_PASSCODE).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("passcode"));
        Token token = bench.access(DEV);
        reconfigure(bench, BY_PASSCODE, team());
        assertThat(bench.access(TEAM)).isNotNull();
        assertThat(bench.access(DEV)).isEqualTo(token);
        reconfigure(bench, BY_PASSCODE);
        assertThat(bench.access(DEV)).isEqualTo(token);
        assertThat(bench.iam.requests()).containsExactly("passcode", "refresh_token");
    }

    @Test
    void owner_thatDiffers_takesItsFollowersTokensAlong() {
        Bench bench = new Bench(BY_PASSCODE, team()).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("passcode"));
        bench.time.settle();
        Token token = bench.access(TEAM);
        reconfigure(bench, withUaa(BY_PASSCODE), team());
        assertThat(bench.access(TEAM)).isNotEqualTo(token);
        assertThat(bench.iam.count("passcode")).isEqualTo(1);
    }

    @Test
    void account_thatGoesToAnotherLogin_isServedThroughThatOne() {
        AccountName opsName = new AccountName("ops");
        Account ops = Bench.account(opsName, new Login.Password("ops@example.com", Bench.source("password")));
        Bench bench = new Bench(BY_PASSCODE, ops, team()).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("passcode"));
        bench.time.settle();
        Token dev = bench.access(DEV);
        Token team = bench.access(TEAM);
        reconfigure(bench, BY_PASSCODE, ops, team(opsName, ops.login()));
        assertThat(bench.access(DEV)).isEqualTo(dev);
        assertThat(bench.access(TEAM)).isNotEqualTo(team);
        bench.tokens.logout(DEV);
        assertThat(bench.access(TEAM)).isNotNull();
    }

    @Test
    void renewalThatWaited_isMadeForTheAccountThatTookThePlace() {
        Bench bench = new Bench(BY_KEY).started();
        bench.hold();
        bench.time.advance(Duration.ofMinutes(40));
        Account password = Bench.account(PROD, new Login.Password("ops@example.com", Bench.source("password")));
        reconfigure(bench, password);
        bench.release();
        assertThat(bench.iam.requests()).containsExactly("apikey", "password");
        assertThat(bench.access(PROD)).isNotNull();
    }

    @Test
    void renewalThatWaited_forAnAccountThatIsGone_touchesNothing() {
        Bench bench = new Bench(BY_KEY).started();
        StoredSession session = onDisk(bench, PROD);
        bench.hold();
        bench.time.advance(Duration.ofMinutes(40));
        reconfigure(bench);
        bench.release();
        assertThat(bench.iam.requests()).containsExactly("apikey");
        assertThat(bench.tokens.peek(access(PROD))).isNull();
        assertThat(onDisk(bench, PROD)).isEqualTo(session);
    }

    @Test
    void token_droppedBeforeItsCallerLooked_isRenewedOnceMore() {
        Bench bench = new Bench(BY_KEY);
        bench.tokens.start();
        Account other = bound(BY_KEY, OTHER_ID);
        bench.onLanding(() -> bench.tokens.reconfigure(List.of(other)).run());
        assertThat(bench.access(PROD).value()).isNotNull();
        assertThat(bench.iam.requests()).containsExactly("apikey", "apikey");
    }

    @Test
    void answerThatTheDiskRefused_isHandedOn() {
        Bench bench = new Bench(BY_PASSCODE).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("passcode"));
        String before = refreshToken(bench);
        bench.store.full(true);
        bench.time.advance(Duration.ofMinutes(40));
        reconfigure(bench, withUaa(BY_PASSCODE));
        bench.store.full(false);
        bench.time.advance(Duration.ofMinutes(2));
        assertThat(refreshToken(bench)).isNotEqualTo(before);
        assertThat(bench.tokens.status(DEV).state()).isEqualTo(AccountState.VALID);
        assertThat(bench.iam.count("passcode")).isEqualTo(1);
    }

    @Test
    void answerThatTheDiskRefused_inAGroupWhereOnlyAnotherDiffers_isReleasedOnceItIsWritten() {
        Bench bench = new Bench(BY_PASSCODE).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("passcode"));
        bench.store.full(true);
        bench.time.advance(Duration.ofMinutes(40));
        Token old = bench.access(DEV);
        reconfigure(bench, BY_PASSCODE, team());
        bench.store.full(false);
        bench.time.advance(Duration.ofSeconds(31));
        assertThat(bench.access(DEV)).isNotEqualTo(old);
        assertThat(bench.access(TEAM)).isNotNull();
        assertThat(bench.iam.count("refresh_token")).isBetween(2L, 3L);
    }

    @Test
    void answerThatTheDiskRefused_ofAnAccountThatIsGone_isWrittenAllTheSame() {
        Bench bench = new Bench(BY_PASSCODE).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("passcode"));
        String before = refreshToken(bench);
        bench.store.full(true);
        bench.time.advance(Duration.ofMinutes(40));
        bench.store.full(false);
        bench.hold();
        reconfigure(bench);
        assertThat(refreshToken(bench)).isNotEqualTo(before);
    }

    @Test
    void watcher_ofAnAccountThatIsGone_isNotKeptWaiting() throws Exception {
        Bench bench = new Bench(BY_KEY).started();
        String etag = bench.access(PROD).etag();
        Thread watcher = Thread.ofVirtual()
                .start(() -> bench.tokens.next(access(PROD), etag, Duration.ZERO, Duration.ofMinutes(1)));
        await(() -> watcher.getState() == Thread.State.TIMED_WAITING);
        reconfigure(bench);
        assertThat(watcher.join(Duration.ofSeconds(20))).isTrue();
    }

    @Test
    void watcher_ofABrokerThatStops_isNotKeptWaiting() throws Exception {
        Bench bench = new Bench(BY_KEY).started();
        String etag = bench.access(PROD).etag();
        Thread watcher = Thread.ofVirtual()
                .start(() -> bench.tokens.next(access(PROD), etag, Duration.ZERO, Duration.ofMinutes(1)));
        await(() -> watcher.getState() == Thread.State.TIMED_WAITING);
        bench.tokens.stopping();
        assertThat(watcher.join(Duration.ofSeconds(20))).isTrue();
    }

    private static void await(java.util.function.BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("time").isLessThan(end);
            Thread.onSpinWait();
        }
    }

    private static String refreshToken(Bench bench) {
        return Objects.requireNonNull(onDisk(bench, DEV).refreshToken()).fingerprint();
    }

    private static IamFailure down() {
        return new IamFailure.Retry("refused the connection", IamFailure.NO_STATUS, null, null);
    }
}

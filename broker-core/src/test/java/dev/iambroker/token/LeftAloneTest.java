package dev.iambroker.token;

import static dev.iambroker.token.Bench.DEV;
import static dev.iambroker.token.Bench.PROD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.LogLines;
import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.AccountState;
import dev.iambroker.account.Cloud;
import dev.iambroker.account.Login;
import dev.iambroker.account.TokenKind;
import dev.iambroker.account.TrustedProfile;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.secret.Secret;
import dev.iambroker.secret.SecretSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What is over is left alone, however often somebody asks; what is not over is not given up. */
final class LeftAloneTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final AccountName TEAM = new AccountName("team-b");

    @Test
    void deadImport_askedForEverySecond_isNotPresentedAgain() {
        Bench bench = new Bench(Bench.byRefreshToken(Bench.source("imported")));
        bench.iam.importable("imported");
        bench.started();
        bench.iam.revokeAll();
        bench.time.advance(Duration.ofHours(2));
        int before = bench.iam.requests().size();

        askEverySecond(bench, DEV, TokenKind.ACCESS, Duration.ofHours(1));

        assertThat(bench.iam.requests()).hasSize(before);
    }

    @Test
    void refusedImport_askedForEverySecond_isPresentedOnce() {
        Bench bench = new Bench(Bench.byRefreshToken(Bench.source("unknown-to-iam"))).started();

        askEverySecond(bench, DEV, TokenKind.ACCESS, Duration.ofHours(1));

        assertThat(bench.iam.requests()).hasSize(1);
    }

    @Test
    void deadPasswordLogin_askedForEverySecond_isNotPresentedAgainAndLoggedOnce() {
        Bench bench = new Bench(Bench.byPassword()).started();
        bench.iam.failWith(LeftAloneTest::refused);
        try (var log = new LogLines(Outcomes.class.getName())) {
            bench.time.advance(Duration.ofHours(2));
            int before = bench.iam.requests().size();

            askEverySecond(bench, DEV, TokenKind.ACCESS, Duration.ofHours(1));

            assertThat(bench.iam.requests()).hasSize(before);
            assertThat(log.lines()).singleElement().asString().contains("needs a login");
        }
    }

    @Test
    void loginThatComesBackByItself_bringsTheAccountsThatShareItAlong() {
        AtomicReference<String> password = new AtomicReference<>("one");
        Account owner = Bench.account(DEV, new Login.Password("ops", changing(password)));
        Account team = new Account(
                TEAM, new Login.Shared(DEV, owner.login()), "f".repeat(32), Cloud.IBM_CLOUD, /* uaa= */ false);
        Bench bench = new Bench(owner, team).started();
        bench.iam.failWith(LeftAloneTest::refused);
        bench.time.advance(Duration.ofHours(2));
        bench.iam.failWith(null);
        password.set("two");

        askEverySecond(bench, DEV, TokenKind.ACCESS, Duration.ofMinutes(1));

        assertThat(bench.tokens.status(TEAM).state()).isEqualTo(AccountState.VALID);
    }

    /** What a key's own session cannot do for another account is no news of the key. */
    @Test
    void loginOfAKey_thatAnotherAccountCannotShare_goesOn() {
        Account owner = Bench.byKey();
        Account team = new Account(
                TEAM, new Login.Shared(PROD, owner.login()), "f".repeat(32), Cloud.IBM_CLOUD, /* uaa= */ false);
        Bench bench = new Bench(owner, team).started();
        ask(bench, TEAM, TokenKind.ACCESS);
        ask(bench, TEAM, TokenKind.KUBE);

        bench.time.advance(Duration.ofHours(3));

        assertThat(bench.tokens.status(PROD).state()).isEqualTo(AccountState.VALID);
        assertThat(bench.access(PROD).left(bench.time)).isPositive();
        assertThat(bench.tokens.status(TEAM).state()).isEqualTo(AccountState.LOGIN_REQUIRED);
        Bench again = bench.restarted(List.of(owner, team));
        assertThat(again.tokens.status(PROD).state()).isEqualTo(AccountState.VALID);
    }

    private static SecretSource changing(AtomicReference<String> value) {
        return new SecretSource() {
            @Override
            public Secret read() {
                return Secret.of(value.get());
            }

            @Override
            public String describe() {
                return "a test's changing value";
            }
        };
    }

    @Test
    void uaaThatIamDoesNotGive_manyCallers_askNoMoreOftenThanTheLeastInterval() {
        Login login =
                new Login.ComputeResource(new TrustedProfile(TrustedProfile.By.NAME, "ci"), Bench.source("cr-token"));
        Bench bench = new Bench(new Account(PROD, login, ScriptedIam.ACCOUNT_ID, Cloud.IBM_CLOUD, /* uaa= */ true));
        bench.iam.uaaOnlyByRefresh();
        bench.started();
        int before = bench.iam.requests().size();
        for (int i = 0; i < 20; i++) {
            askEverySecond(bench, PROD, TokenKind.UAA, Duration.ofSeconds(30));
        }
        assertThat(bench.iam.requests().size() - before).isLessThanOrEqualTo(61);
    }

    @Test
    void keyRefusedForKubeOnly_accessIsRenewedOnAndKubeTriedAgainWithIt() {
        Bench bench = new Bench(Bench.byKey()).started();
        bench.iam.failWith(LeftAloneTest::refused);
        ask(bench, PROD, TokenKind.KUBE);
        bench.iam.failWith(null);

        bench.time.advance(Duration.ofHours(3));

        assertThat(bench.tokens.status(PROD).state()).isEqualTo(AccountState.VALID);
        assertThat(bench.kube(PROD).left(bench.time)).isPositive();
    }

    @Test
    void failingKubeTokenThatNobodyUsesAnyMore_leavesNoTrace() {
        Bench bench = new Bench(Bench.byKey()).started();
        bench.kube(PROD);
        bench.time.advance(Duration.ofMinutes(80));
        bench.iam.failWith(LeftAloneTest::down);
        bench.time.advance(Duration.ofMinutes(70));
        bench.iam.failWith(null);

        bench.time.advance(Duration.ofDays(1));

        assertThat(bench.tokens.status(PROD).state()).isEqualTo(AccountState.VALID);
        assertThat(bench.tokens.status(PROD).lastFailure()).isNull();
    }

    @Test
    void outageOfAnHour_isLoggedWhenItBeginsAndWhenItIsOverWithTheAttempts() {
        Bench bench = new Bench(Bench.byKey()).started();
        try (var log = new LogLines(Outcomes.class.getName())) {
            bench.time.advance(Duration.ofMinutes(20));
            bench.iam.failWith(LeftAloneTest::down);
            bench.time.advance(Duration.ofHours(1));
            int attempts = bench.iam.requests().size() - 1;
            bench.iam.failWith(null);
            bench.time.advance(Duration.ofMinutes(1));

            assertThat(attempts).isGreaterThan(50);
            assertThat(log.lines()).hasSize(2);
            assertThat(log.lines().getFirst()).contains("access:prod fails", "connection is refused");
            assertThat(log.lines().getLast()).contains("renewed again after " + attempts + " failed attempts");
        }
    }

    @Test
    void clientThatLogsInAllTheTime_leavesTheOthersTheirTokens() {
        List<Account> accounts = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            accounts.add(Bench.account(new AccountName("a" + i), new Login.ApiKey(Bench.source("key-" + i))));
        }
        Bench bench = new Bench(new ManualTime(), null, new MemoryStore(), accounts, 1).started();
        for (int i = 0; i < 30 * 60 * 60; i++) {
            bench.time.advance(SECOND.dividedBy(30));
            logIn(bench, accounts.getFirst());
        }
        assertThat(accounts)
                .allMatch(account -> bench.tokens.peek(new TokenKey(account.name(), TokenKind.ACCESS)) != null);
    }

    private static void logIn(Bench bench, Account account) {
        try {
            bench.tokens.login(account.name());
        } catch (RenewalFailure.Transient tooOften) {
            assertThat(tooOften).hasMessageContaining("as often as it may be");
        }
    }

    private static void askEverySecond(Bench bench, AccountName name, TokenKind kind, Duration duration) {
        for (long second = 0; second < duration.toSeconds(); second++) {
            bench.time.advance(SECOND);
            ask(bench, name, kind);
        }
    }

    /** As a request does: first what can be had at once, then what a wait brings. */
    private static void ask(Bench bench, AccountName name, TokenKind kind) {
        TokenKey key = new TokenKey(name, kind);
        try {
            if (bench.tokens.immediate(key, Duration.ZERO) == null) {
                bench.tokens.token(key, Duration.ZERO, Duration.ZERO);
            }
        } catch (RenewalFailure e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    private static IamFailure refused() {
        return new IamFailure.Reauthenticate("BXNIM0602E: the credential is refused", 400, "BXNIM0602E");
    }

    private static IamFailure down() {
        return new IamFailure.Retry("the connection is refused", IamFailure.NO_STATUS, null, null);
    }
}

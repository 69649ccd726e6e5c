package dev.iambroker.token;

import static dev.iambroker.token.Bench.DEV;
import static dev.iambroker.token.Bench.PROD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.LogLines;
import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.Cloud;
import dev.iambroker.account.Login;
import dev.iambroker.account.TokenKind;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.secret.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How long callers and logins last, and what is said of it while there is time. */
final class RunwayTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration FLOOR = Duration.ofSeconds(10);
    private static final AccountName SHARING = new AccountName("team-b");

    private static IamFailure down() {
        return new IamFailure.Retry("IAM at test refused the connection", IamFailure.NO_STATUS, null, null);
    }

    private static Bench passcode(Duration ofToken, Duration ofSession) {
        Bench bench = new Bench(Bench.byPasscode());
        bench.iam.refreshTokenLife(ofToken, ofSession);
        bench.started().tokens.loginByPasscode(DEV, Secret.of("one-time"));
        return bench;
    }

    private static @Nullable Duration runway(Bench bench, AccountName account) {
        return bench.tokens.status(account).runway();
    }

    private static @Nullable Duration login(Bench bench, AccountName account) {
        return bench.tokens.status(account).loginRunway();
    }

    @Test
    void callers_noToken_isZeroAndDisabledIsNone() {
        Bench bench = new Bench(Bench.byKey());
        bench.iam.failWith(RunwayTest::down);
        bench.started();
        assertThat(runway(bench, PROD)).isZero();
        bench.tokens.logout(PROD);
        assertThat(runway(bench, PROD)).isNull();
    }

    @Test
    void callers_kubeTokenThatIsUsed_countsAndOneThatNobodyUsesDoesNot() {
        Bench bench = new Bench(Bench.byKey()).started();
        bench.time.advance(Duration.ofMinutes(20));
        bench.kube(PROD);
        bench.iam.life(Duration.ofHours(5));
        bench.tokens.login(PROD);
        assertThat(runway(bench, PROD)).as("the kube token ends first").isEqualTo(HOUR.minus(FLOOR));
        bench.iam.failWith(RunwayTest::down);
        bench.time.advance(Duration.ofMinutes(61));
        assertThat(runway(bench, PROD)).as("a caller of kube would fail now").isZero();
        bench.time.advance(Duration.ofMinutes(60));
        assertThat(runway(bench, PROD))
                .as("nobody asked for two hours")
                .isEqualTo(Duration.ofHours(5).minusMinutes(121).minus(FLOOR));
    }

    @Test
    void callers_kubeTokenKeptOverARestart_doesNotCountBeforeItIsUsed() {
        Bench bench = new Bench(Bench.byKey()).started();
        bench.kube(PROD);
        bench.time.advance(Duration.ofMinutes(20));
        bench.tokens.login(PROD);
        Bench second = bench.restarted(List.of(Bench.byKey()));
        assertThat(runway(second, PROD)).isEqualTo(HOUR.minus(FLOOR));
        second.kube(PROD);
        assertThat(runway(second, PROD)).isEqualTo(Duration.ofMinutes(40).minus(FLOOR));
    }

    @Test
    void callers_uaaTokenNobodyAskedFor_doesNotCount() {
        Account account = new Account(
                PROD, new Login.ApiKey(Bench.source("k")), ScriptedIam.ACCOUNT_ID, Cloud.IBM_CLOUD, /* uaa= */ true);
        Bench bench = new Bench(account).started();
        assertThat(runway(bench, PROD)).isEqualTo(HOUR.minus(FLOOR));
        bench.tokens.token(new TokenKey(PROD, TokenKind.UAA), Duration.ZERO, Duration.ZERO);
        assertThat(runway(bench, PROD)).isEqualTo(HOUR.minus(FLOOR));
    }

    /** What is said is what happens: with IAM down from now, callers are served that long and no longer. */
    @Test
    void callers_anyMoment_isWhenTheFirstOneFails() {
        for (long seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            Bench bench = new Bench(new ManualTime(), null, new MemoryStore(), List.of(Bench.byKey()), seed);
            bench.iam.life(Duration.ofSeconds(random.nextLong(30, 7200)));
            bench.started();
            bench.time.advance(Duration.ofSeconds(random.nextLong(1, 10_000)));
            bench.iam.failWith(RunwayTest::down);
            Duration told = runway(bench, PROD);
            assertThat(told).isNotNull();
            bench.time.advance(told);
            assertThat(bench.tokens.peek(new TokenKey(PROD, TokenKind.ACCESS)))
                    .as("seed %d", seed)
                    .isNotNull();
            bench.time.advance(Duration.ofMillis(1));
            assertThat(bench.tokens.peek(new TokenKey(PROD, TokenKind.ACCESS)))
                    .as("seed %d", seed)
                    .isNull();
        }
    }

    @Test
    void login_thatBeginsAnewByItself_hasNoEnd() {
        Bench key = new Bench(Bench.byKey());
        key.iam.refreshTokenLife(Duration.ofHours(2), Duration.ofHours(2));
        assertThat(login(key.started(), PROD)).isNull();
        Bench password = new Bench(Bench.byPassword());
        password.iam.refreshTokenLife(Duration.ofHours(2), Duration.ofHours(2));
        assertThat(login(password.started(), DEV)).isNull();
    }

    @Test
    void login_ofAPasscode_endsWithItsRefreshTokenByIamsClock() {
        Bench bench = passcode(Duration.ofHours(72), Duration.ofHours(24));
        assertThat(login(bench, DEV)).isEqualTo(Duration.ofHours(24));
        bench.time.advance(Duration.ofHours(3));
        assertThat(login(bench, DEV)).isEqualTo(Duration.ofHours(21));
        bench.skew.read(bench.time.now().plusSeconds(3600), bench.time.now(), bench.time.now());
        assertThat(login(bench, DEV)).isEqualTo(Duration.ofHours(20).minusMillis(500));
        bench.iam.revokeAll();
        bench.time.advance(HOUR);
        assertThat(login(bench, DEV)).as("ended before its time").isZero();
    }

    @Test
    void login_neverMadeOrOfUnknownEnd_isUnknown() {
        assertThat(login(new Bench(Bench.byPasscode()).started(), DEV)).isNull();
        Bench silent = new Bench(Bench.byPasscode()).started();
        silent.tokens.loginByPasscode(DEV, Secret.of("one-time"));
        assertThat(login(silent, DEV)).isNull();
    }

    @Test
    void login_shared_endsWithItsOwners() {
        Account sharing = Bench.account(SHARING, new Login.Shared(DEV, new Login.Passcode()));
        Bench bench = new Bench(Bench.byPasscode(), sharing);
        bench.iam.refreshTokenLife(Duration.ofHours(24), Duration.ofHours(24));
        bench.started().tokens.loginByPasscode(DEV, Secret.of("one-time"));
        assertThat(login(bench, SHARING)).isEqualTo(Duration.ofHours(24));
    }

    @Test
    void outage_longerThanALife_isWarnedOfAtEachThresholdOnce() {
        try (var log = new LogLines(RunwayWatch.class.getName())) {
            Bench bench = new Bench(Bench.byKey());
            bench.iam.life(Duration.ofHours(2));
            bench.started();
            bench.time.advance(Duration.ofMinutes(50));
            bench.iam.failWith(RunwayTest::down);
            bench.time.advance(Duration.ofHours(3));
            assertThat(log.lines()).hasSize(5);
            List<String> when =
                    List.of("fail in 30 min", "fail in 15 min", "fail in 5 min", "fail in 60 s", "now fail");
            for (int i = 0; i < when.size(); i++) {
                assertThat(log.lines().get(i))
                        .matches("WARN callers of account prod " + when.get(i)
                                + ": access:prod is not renewed since 2026-03-01T0[01]:[0-9:.]+Z"
                                + " \\(IAM at test refused the connection\\)");
            }
        }
    }

    @Test
    void outages_thatEnd_beginAnew() {
        try (var log = new LogLines(RunwayWatch.class.getName())) {
            Bench bench = new Bench(Bench.byKey()).started();
            for (int outage = 1; outage <= 3; outage++) {
                bench.iam.failWith(RunwayTest::down);
                bench.time.advance(Duration.ofMinutes(46));
                bench.iam.failWith(null);
                bench.time.advance(Duration.ofMinutes(1));
                assertThat(log.lines().stream().filter(line -> line.contains("fail in 15 min")))
                        .hasSize(outage);
                bench.tokens.login(PROD);
            }
            assertThat(log.lines()).noneMatch(line -> line.contains("now fail"));
        }
    }

    @Test
    void outage_ofSeconds_isNoReasonToWarn() {
        try (var log = new LogLines(RunwayWatch.class.getName())) {
            Bench bench = new Bench(Bench.byKey());
            bench.iam.life(Duration.ofMinutes(20));
            bench.started();
            for (int life = 0; life < 20; life++) {
                bench.iam.failWith(RunwayTest::down);
                while (bench.tokens.status(PROD).lastFailure() == null) {
                    bench.time.advance(Duration.ofSeconds(1));
                }
                bench.time.advance(Duration.ofSeconds(2));
                bench.iam.failWith(null);
                bench.time.advance(Duration.ofMinutes(3));
                assertThat(bench.tokens.status(PROD).lastFailure()).isNull();
            }
            assertThat(log.lines()).isEmpty();
        }
    }

    @Test
    void outage_fromTheStart_saysThatCallersFail() {
        try (var log = new LogLines(RunwayWatch.class.getName())) {
            Bench bench = new Bench(Bench.byKey());
            bench.iam.failWith(RunwayTest::down);
            bench.started();
            bench.time.advance(HOUR);
            assertThat(log.lines()).singleElement().asString().startsWith("WARN callers of account prod now fail");
        }
    }

    @Test
    void neverLoggedIn_isNothingToWarnOf() {
        try (var log = new LogLines(RunwayWatch.class.getName())) {
            new Bench(Bench.byPasscode()).started().time.advance(Duration.ofHours(24));
            assertThat(log.lines()).isEmpty();
        }
    }

    @Test
    void loginEnd_isWarnedOfAtEachThresholdOnceForEachLogin() {
        try (var log = new LogLines(RunwayWatch.class.getName())) {
            Bench bench = passcode(Duration.ofHours(72), Duration.ofHours(24));
            bench.time.advance(Duration.ofHours(16).minusSeconds(1));
            assertThat(log.lines()).isEmpty();
            bench.time.advance(Duration.ofHours(8).minusMinutes(9));
            List<String> lines = List.of("in 8 h", "in 60 min", "in 10 min").stream()
                    .map(when ->
                            "WARN the login of account dev ends " + when + ": run 'iam-broker login dev' before that")
                    .toList();
            assertThat(log.lines()).isEqualTo(lines);
            bench.tokens.loginByPasscode(DEV, Secret.of("another"));
            bench.time.advance(Duration.ofHours(17));
            assertThat(log.lines()).hasSize(4).last().isEqualTo(lines.getFirst());
        }
    }

    @Test
    void loginEnd_thatRefreshingPutsOff_isNotWarnedOf() {
        try (var log = new LogLines(RunwayWatch.class.getName())) {
            Bench bench = passcode(Duration.ofHours(20), Duration.ofDays(30));
            bench.time.advance(Duration.ofDays(2));
            assertThat(log.lines()).isEmpty();
            bench.iam.failWith(RunwayTest::down);
            bench.time.advance(Duration.ofHours(13));
            assertThat(log.lines()).anyMatch(line -> line.contains("the login of account dev ends in 8 h"));
            bench.iam.failWith(null);
            bench.time.advance(HOUR);
            int before = log.lines().size();
            bench.time.advance(Duration.ofDays(1));
            assertThat(log.lines()).hasSize(before);
            bench.iam.failWith(RunwayTest::down);
            bench.time.advance(Duration.ofHours(13));
            assertThat(log.lines().stream().filter(line -> line.contains("ends in 8 h")))
                    .hasSize(2);
        }
    }

    @Test
    void loginEnd_ofARefreshTokenShorterThanAThreshold_isNotSaidAtEveryRenewal() {
        try (var log = new LogLines(RunwayWatch.class.getName())) {
            Bench bench = passcode(Duration.ofMinutes(80), Duration.ofDays(30));
            bench.time.advance(Duration.ofDays(1));
            assertThat(log.lines().size()).isLessThanOrEqualTo(2);
        }
    }
}

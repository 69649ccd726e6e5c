package dev.iambroker.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.AccountState;
import dev.iambroker.account.Login;
import dev.iambroker.account.TokenKind;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.secret.Secret;
import dev.iambroker.store.StoredSession;
import dev.iambroker.store.StoredToken;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** What a thousand accounts and ten thousand callers must not do to IAM, nor to each other. */
final class GovernorTest {
    private static final int MANY = 1_000;
    private static final double BURST = Budget.FULL_RATE;
    private static final double RATE = Budget.FULL_RATE;
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** Neither to the one side nor to the other. */
    private static final RandomGenerator EVEN = () -> Long.MIN_VALUE;

    private final ManualTime time = new ManualTime();
    private final ScriptedIam iam = new ScriptedIam(time);
    private final MemoryStore store = new MemoryStore();

    // ------------------------------------------------------------------ many accounts

    @Test
    void start_ofAThousandAccounts_isSpreadOutAndAsksOnceForEach() {
        Bench bench = fleet(keys(MANY), 1).started();
        time.advance(SECOND);
        assertThat(bench.tokens.status(name(MANY - 1)).state()).isEqualTo(AccountState.STARTING);
        time.advance(Duration.ofSeconds(39));
        assertThat(iam.asked())
                .hasSize(MANY)
                .extracting(ScriptedIam.Asked::account)
                .doesNotHaveDuplicates();
        assertThat(mostBeyondTheRate()).isLessThanOrEqualTo(BURST);
        assertThat(bench.tokens.status(name(MANY - 1)).state()).isEqualTo(AccountState.VALID);
    }

    @Test
    void start_ofTwentyFiveAccounts_isNotDelayed() {
        fleet(keys(25), 1).started();
        assertThat(iam.asked()).hasSize(25);
    }

    @Test
    void thousandTokensDueAtOnce_thoseWithLeastLifeLeftGoFirst() {
        Map<String, Duration> left = new HashMap<>();
        Random random = new Random(7);
        for (Account account : keys(MANY)) {
            Duration life = Duration.ofSeconds(60L + random.nextInt(1_000));
            left.put(account.name().value(), life);
            keepToken(account, life);
        }
        fleet(keys(MANY), 1).started();
        time.advance(Duration.ofSeconds(40));
        List<Duration> order =
                iam.asked().stream().map(asked -> left(left, asked)).toList();
        assertThat(order).hasSize(MANY).isSortedAccordingTo(Comparator.naturalOrder());
        assertThat(mostBeyondTheRate()).isLessThanOrEqualTo(BURST);
    }

    private static Duration left(Map<String, Duration> left, ScriptedIam.Asked asked) {
        return left.getOrDefault(asked.account(), Duration.ZERO);
    }

    /** A token of two hours of which {@code left} is left. */
    private void keepToken(Account account, Duration left) {
        Duration life = Duration.ofHours(2);
        StoredToken token = new StoredToken(
                TokenKind.ACCESS,
                Secret.of("kept-" + account.name()),
                time.now().minus(life).plus(left),
                null,
                life,
                time.now().plus(left),
                null);
        StoredSession session = new StoredSession(
                account.login().word(), null, null, null, null, null, null, /* disabled= */ false, List.of(token));
        store.save(account.name(), session);
    }

    @Test
    void outageOfAnHour_overAThousandAccountsOfEveryAge_holdsTheBudgetAndLosesNobodyWhoHadTimeLeft() {
        Random random = new Random(5);
        iam.life(Duration.ofHours(2));
        for (Account account : keys(MANY)) {
            keepToken(account, Duration.ofMinutes(1).plusSeconds(random.nextInt(7_000)));
        }
        Bench bench = fleet(keys(MANY), 5);
        IamFailure down = down();
        iam.failWith(() -> down);
        bench.started();
        time.advance(Duration.ofHours(1));
        List<AccountName> withTimeLeft = bench.tokens.names().stream()
                .filter(name -> left(bench, name).compareTo(Duration.ofSeconds(50)) > 0)
                .toList();
        int before = iam.asked().size();
        iam.failWith(null);
        for (int second = 0; second < 120; second++) {
            time.advance(SECOND);
            assertThat(withoutToken(bench, withTimeLeft)).isEmpty();
        }
        assertThat(mostBeyondTheRate()).isLessThanOrEqualTo(BURST);
        assertThat(iam.asked().subList(before, iam.asked().size()))
                .extracting(ScriptedIam.Asked::account)
                .doesNotHaveDuplicates();
        assertThat(withoutToken(bench, bench.tokens.names())).isEmpty();
    }

    private List<AccountName> withoutToken(Bench bench, List<AccountName> names) {
        return names.stream().filter(name -> left(bench, name).isZero()).toList();
    }

    private Duration left(Bench bench, AccountName name) {
        Token token = bench.tokens.peek(new TokenKey(name, TokenKind.ACCESS));
        return token == null ? Duration.ZERO : token.left(time);
    }

    private static IamFailure down() {
        return new IamFailure.Retry("IAM at test refused the connection", IamFailure.NO_STATUS, null, null);
    }

    // ------------------------------------------------------------------ 429

    @Test
    void iamThatAllowsFiveASecond_isFoundOutAndSeldomOverstepped() {
        Deque<Long> lately = new ArrayDeque<>();
        int[] refusals = {0};
        iam.failWith(() -> {
            lately.removeIf(at -> at <= time.nanos() - SECOND.toNanos());
            if (lately.size() < 5) {
                lately.add(time.nanos());
                return null;
            }
            refusals[0]++;
            return tooMany();
        });
        fleet(keys(MANY), 1).started();
        time.advance(Duration.ofSeconds(400));
        assertThat(iam.asked().size() - refusals[0]).isEqualTo(MANY);
        // The first burst alone has 20.
        assertThat(refusals[0]).isLessThan(MANY / 5);
    }

    @Test
    void iamThatRefusesEverything_isAskedAtTheLeastRate_andWhenItRecoversEverybodyIsServed() {
        iam.failWith(GovernorTest::tooMany);
        Bench bench = fleet(keys(MANY), 1).started();
        time.advance(Duration.ofMinutes(10));
        int before = iam.asked().size();
        time.advance(Duration.ofMinutes(50));
        assertThat(iam.asked().size() - before).isBetween(1_490, 1_501);
        iam.failWith(null);
        time.advance(Duration.ofSeconds(25 + 30 + 40));
        assertThat(withoutToken(bench, bench.tokens.names())).isEmpty();
        assertThat(mostBeyondTheRate()).isLessThanOrEqualTo(BURST);
    }

    @Test
    void retryAfterOfOneAccount_postponesThatAccountAlone() {
        iam.failWith(() -> iam.asking().equals("a-00000")
                ? new IamFailure.Retry("429: too many requests", 429, null, Duration.ofMinutes(5))
                : null);
        Bench bench = fleet(keys(3), 1).started();
        time.advance(SECOND);
        assertThat(left(bench, name(0))).isZero();
        assertThat(left(bench, name(1))).isPositive();
        assertThat(left(bench, name(2))).isPositive();
        iam.failWith(null);
        time.advance(Duration.ofSeconds(290));
        assertThat(left(bench, name(0))).isZero();
        time.advance(Duration.ofSeconds(10));
        assertThat(left(bench, name(0))).isPositive();
    }

    @Test
    void fewAccountsThatIamRefusesAgainAndAgain_costTheOthersNothing() {
        List<ScriptedIam.Asked> alone = sixHoursOf(keys(22, "b-"), null);
        List<Account> both = new ArrayList<>(keys(22, "b-"));
        both.addAll(keys(2, "z-"));
        List<ScriptedIam.Asked> besides = sixHoursOf(both, "z-");
        assertThat(besides.stream().filter(asked -> asked.account().startsWith("b-")))
                .containsExactlyElementsOf(alone);
        assertThat(besides.stream().filter(asked -> asked.account().startsWith("z-")))
                .hasSizeGreaterThan(2_000);
    }

    private static IamFailure tooMany() {
        return new IamFailure.Retry("429: too many requests", 429, null, null);
    }

    // ------------------------------------------------------------------ bulkhead

    @Test
    void upstreamThatRefusesEverything_costsTheAccountsOfAnotherNothing() {
        List<ScriptedIam.Asked> alone = sixHoursOf(keys(60, "b-"), null);
        List<Account> both = new ArrayList<>(keys(200, "a-"));
        both.addAll(keys(60, "b-"));
        List<ScriptedIam.Asked> besides = sixHoursOf(both, "a-");
        assertThat(besides.stream().filter(asked -> asked.account().startsWith("b-")))
                .containsExactlyElementsOf(alone);
        assertThat(alone).hasSizeGreaterThan(60 * 10);
    }

    private static List<ScriptedIam.Asked> sixHoursOf(List<Account> accounts, @Nullable String refused) {
        ManualTime time = new ManualTime();
        ScriptedIam iam = new ScriptedIam(time);
        iam.upstreams(account -> account.startsWith("a-") ? "https://a.test" : "https://b.test");
        iam.failWith(() -> refused != null && iam.asking().startsWith(refused) ? tooMany() : null);
        new Bench(time, iam, new MemoryStore(), accounts, EVEN).started();
        time.advance(Duration.ofHours(6));
        return iam.asked();
    }

    // ------------------------------------------------------------------ callers

    @RepeatedTest(3)
    void tenThousandCallersOfEveryManner_neverExceedTheBudget(RepetitionInfo info) {
        List<Account> accounts = new ArrayList<>(keys(150, "a-"));
        for (int i = 0; i < 50; i++) {
            accounts.add(Bench.account(name("s-", i), new Login.Password("ops", Bench.source("s" + i))));
        }
        Bench bench = fleet(accounts, info.getCurrentRepetition()).started();
        time.advance(Duration.ofMinutes(1));
        Random random = new Random(info.getCurrentRepetition());
        for (int caller = 0; caller < 10_000; caller++) {
            time.advance(Duration.ofMillis(random.nextInt(10)));
            AccountName name = accounts.get(random.nextInt(accounts.size())).name();
            swallow(() -> call(bench, name, random.nextInt(6)));
        }
        List<Long> asked = askedAt();
        double extra = 2 * BURST;
        assertThat(Windows.mostBeyond(asked, RATE)).isLessThanOrEqualTo(BURST + extra);
        assertThat(asked.size()).isGreaterThan(1_000);
    }

    private static void call(Bench bench, AccountName name, int manner) {
        TokenKey access = new TokenKey(name, TokenKind.ACCESS);
        switch (manner) {
            case 0 -> bench.tokens.token(access, Duration.ofMinutes(60).minusMillis(1), Duration.ZERO);
            case 1 -> bench.tokens.token(access, Duration.ofDays(1), Duration.ZERO);
            case 2 -> bench.kube(name);
            case 3 -> bench.tokens.refresh(name, Duration.ZERO);
            case 4 -> bench.tokens.purge(name);
            default -> bench.access(name);
        }
    }

    private static void swallow(Runnable call) {
        try {
            call.run();
        } catch (RenewalFailure expected) {
            assertThat(expected).isInstanceOf(RenewalFailure.StillWaiting.class);
        }
    }

    @Test
    void loginsInALoop_areRefusedBeforeTheyEatTheBudgetOfTheOthers() {
        Bench bench = fleet(keys(2), 1).started();
        int refused = 0;
        for (int login = 0; login < 2_000; login++) {
            time.advance(Duration.ofMillis(10));
            try {
                bench.tokens.login(name(0));
            } catch (RenewalFailure.Transient e) {
                refused++;
                assertThat(e.retryAfter()).isPositive();
            }
        }
        assertThat(mostBeyondTheRate()).isLessThanOrEqualTo(2 * BURST + 1);
        assertThat(refused).isGreaterThan(1_000);
        time.advance(Duration.ofHours(24));
        assertThat(left(bench, name(1))).isPositive();
    }

    @Test
    void callerWithNothing_overtakesAThousandPlannedRenewals() {
        keys(MANY).forEach(account -> keepToken(account, Duration.ofMinutes(2)));
        Bench bench = fleet(keys(MANY), 1).started();
        time.advance(Duration.ofSeconds(2));
        int before = iam.asked().size();
        assertThatThrownBy(() -> bench.kube(name(MANY - 1))).isInstanceOf(RenewalFailure.StillWaiting.class);
        time.advance(Duration.ofMillis(40));
        assertThat(iam.asked().subList(before, iam.asked().size()))
                .extracting(ScriptedIam.Asked::label)
                .containsExactly("kube-apikey");
    }

    @Test
    void callerWithNothing_joiningAFlightThatWaits_bringsItForward() {
        Bench bench = fleet(keys(MANY), 1).started();
        time.advance(Duration.ofSeconds(2));
        int before = iam.asked().size();
        assertThatThrownBy(() -> bench.access(name(MANY - 1))).isInstanceOf(RenewalFailure.StillWaiting.class);
        time.advance(Duration.ofMillis(40));
        assertThat(iam.asked().subList(before, iam.asked().size()))
                .extracting(ScriptedIam.Asked::account)
                .containsExactly(name(MANY - 1).value());
        assertThat(bench.access(name(MANY - 1)).left(time)).isPositive();
    }

    @Test
    void callerWithASpare_isServedItAtItsDeadlineWhileTheRenewalWaits() {
        keys(MANY).forEach(account -> keepToken(account, Duration.ofMinutes(5)));
        Bench bench = fleet(keys(MANY), 1).started();
        TokenKey last = new TokenKey(name(MANY - 1), TokenKind.ACCESS);
        Token spare = bench.tokens.token(last, Duration.ofMinutes(30), Duration.ZERO);
        assertThat(spare.left(time)).isEqualTo(Duration.ofMinutes(5));
    }

    // ------------------------------------------------------------------ what happens to a flight that waits

    @Test
    void logout_whileItsRenewalWaits_nothingIsAsked() {
        Bench bench = fleet(keys(MANY), 1).started();
        bench.tokens.logout(name(MANY - 1));
        time.advance(Duration.ofMinutes(2));
        assertThat(iam.asked())
                .hasSize(MANY - 1)
                .noneMatch(asked -> asked.account().equals(name(MANY - 1).value()));
    }

    @Test
    void login_whileItsRenewalWaits_isNotFollowedByAnother() {
        Bench bench = fleet(keys(MANY), 1).started();
        time.advance(SECOND);
        bench.tokens.login(name(MANY - 1));
        time.advance(Duration.ofMinutes(2));
        assertThat(iam.asked()).hasSize(MANY);
    }

    @Test
    void sessionFoundDead_renewalsOfAllWhoShareIt_askNoMore() {
        List<Account> sharing = new ArrayList<>();
        Login login = new Login.Passcode();
        sharing.add(Bench.account(name("o-", 0), login));
        for (int i = 1; i < 20; i++) {
            sharing.add(Bench.account(name("o-", i), new Login.Shared(name("o-", 0), login)));
        }
        Bench bench = fleet(sharing, 1).started();
        bench.tokens.loginByPasscode(name("o-", 0), Secret.of("code"));
        time.settle();
        assertThat(withoutToken(bench, bench.tokens.names())).isEmpty();
        int before = iam.requests().size();
        iam.revokeAll();
        bench.hold();
        time.advance(Duration.ofMinutes(40));
        bench.release();
        // The few refresh tokens that the session knows, once.
        assertThat(iam.requests().size() - before).isBetween(1, 5);
        assertThat(bench.tokens.names())
                .allSatisfy(
                        name -> assertThat(bench.tokens.status(name).state()).isEqualTo(AccountState.LOGIN_REQUIRED));
    }

    @Test
    void flightsOfABusySession_leaveTheBudgetToOthers() {
        List<Account> accounts = new ArrayList<>();
        Login login = new Login.Password("ops", Bench.source("p"));
        accounts.add(Bench.account(name("o-", 0), login));
        for (int i = 1; i < 100; i++) {
            accounts.add(Bench.account(name("o-", i), new Login.Shared(name("o-", 0), login)));
        }
        accounts.addAll(keys(10, "z-"));
        Bench bench = fleet(accounts, 1);
        bench.hold();
        bench.started();
        assertThat(bench.tokens.names().stream()
                        .filter(name -> bench.tokens.status(name).state() == AccountState.STARTING))
                .hasSize(110);
        assertThat(bench.heldFlights()).isEqualTo(11);
        bench.release();
        time.advance(Duration.ofSeconds(10));
        assertThat(iam.requests()).hasSize(110);
    }

    @Test
    void stop_whileFlightsWait_tellsEveryCallerAtOnce() {
        Bench bench = fleet(keys(MANY), 1).started();
        bench.stop();
        time.advance(Duration.ofMillis(40));
        for (int i = 0; i < MANY; i++) {
            AccountName name = name(i);
            if (left(bench, name).isZero()) {
                assertThatThrownBy(() -> bench.access(name))
                        .isInstanceOf(RenewalFailure.Transient.class)
                        .hasMessage("the broker is stopping");
            }
        }
        assertThat(iam.asked()).hasSize(25);
    }

    @Test
    void flightThatAsksNothing_givesItsRequestBack() {
        AccountName poor = name("p-", 0);
        List<Account> accounts = new ArrayList<>();
        accounts.add(Bench.account(poor, new Login.Password("ops", Bench.source("p"))));
        accounts.addAll(keys(25, "z-"));
        store.full(true);
        Bench bench = fleet(accounts, 1);
        bench.hold();
        bench.started();
        bench.tokens.names();
        assertThat(bench.heldFlights()).isEqualTo(25);
        store.full(false);
        bench.tokens.logout(poor);
        bench.release();
        assertThat(iam.asked()).hasSize(25);
    }

    // ------------------------------------------------------------------

    private Bench fleet(List<Account> accounts, long seed) {
        return new Bench(time, iam, store, accounts, seed);
    }

    private static List<Account> keys(int count) {
        return keys(count, "a-");
    }

    private static List<Account> keys(int count, String prefix) {
        List<Account> accounts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            accounts.add(Bench.account(name(prefix, i), new Login.ApiKey(Bench.source("key-" + i))));
        }
        return accounts;
    }

    private static AccountName name(int number) {
        return name("a-", number);
    }

    private static AccountName name(String prefix, int number) {
        return new AccountName(prefix + String.format("%05d", number));
    }

    private List<Long> askedAt() {
        return iam.asked().stream().map(ScriptedIam.Asked::nanos).toList();
    }

    private double mostBeyondTheRate() {
        return Windows.mostBeyond(askedAt(), RATE);
    }
}

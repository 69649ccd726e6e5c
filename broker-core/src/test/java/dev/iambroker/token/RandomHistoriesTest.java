package dev.iambroker.token;

import static dev.iambroker.token.Bench.DEV;
import static dev.iambroker.token.Bench.PROD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.account.Account;
import dev.iambroker.account.TokenKind;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.secret.Reveals;
import dev.iambroker.secret.Secret;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Thousands of random histories of answers, faults, clock steps, sleeps, restarts and callers, against a model that knows
 * only the truth: when each token was issued, for how long, and who logged in. The seed of a history that fails is in the
 * message; {@code -Dhistories.seed=N} runs that one alone.
 */
final class RandomHistoriesTest {
    private static final int HISTORIES = 2_000;
    private static final int EVENTS = 30;
    private static final List<Account> ACCOUNTS = List.of(Bench.byKey(), Bench.byPasscode());
    private static final List<TokenKey> KEYS = List.of(
            new TokenKey(PROD, TokenKind.ACCESS),
            new TokenKey(PROD, TokenKind.KUBE),
            new TokenKey(DEV, TokenKind.ACCESS),
            new TokenKey(DEV, TokenKind.KUBE));
    private static final List<Duration> LIVES =
            List.of(Duration.ofSeconds(90), Duration.ofMinutes(15), Duration.ofMinutes(20), Duration.ofHours(1));

    @Test
    void anyHistory_nothingWrongIsServedAndNothingGoodWithheld() {
        Long only = Long.getLong("histories.seed");
        for (long seed = only == null ? 0 : only; seed < (only == null ? HISTORIES : only + 1); seed++) {
            History history = new History(seed);
            try {
                history.run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("history with seed " + seed + ", " + history.told + ": " + e.getMessage(), e);
            }
        }
    }

    /** When a token was issued, by the time that truly passed. */
    private record Issued(Duration at, Duration life) {}

    private static final class History {
        private final Random random;
        private final ManualTime time = new ManualTime();
        private final ScriptedIam iam = new ScriptedIam(time);
        private final MemoryStore store = new MemoryStore();
        private final Map<String, Issued> issued = new HashMap<>();

        /** The newest token of each key while nothing has happened that may cost it its place; values as IAM wrote them. */
        private final Map<String, String> newest = new HashMap<>();

        /** What happened, for whoever has to find out why. */
        private final List<String> told = new ArrayList<>();

        private Bench bench;
        private Duration life = Duration.ofHours(1);
        private boolean isRevoked;
        private boolean isFull;

        /** A login that no disk has seen: a restart forgets it. */
        private boolean isLoginUnsaved;

        private long logins;

        History(long seed) {
            this.random = new Random(seed);
            this.bench = new Bench(time, iam, store, ACCOUNTS, seed);
            iam.onIssue(this::issued);
            store.hooks(null, () -> isLoginUnsaved = false);
        }

        void run() {
            bench.started();
            logIn();
            for (int i = 0; i < EVENTS; i++) {
                happen();
                ask();
            }
            end();
        }

        /** {@code access-prod-17}: what it is comes before the number. */
        private void issued(String value) {
            issued.put(value, new Issued(truth(), life));
            newest.put(value.substring(0, value.lastIndexOf('-')), value);
        }

        private Duration truth() {
            return time.uptime().elapsed();
        }

        private void happen() {
            int event = random.nextInt(12);
            told.add(truth().toSeconds() + " s: event " + event);
            switch (event) {
                case 0 -> disturb(() -> time.stepWall(Duration.ofSeconds(random.nextLong(-10_000, 10_000))));
                case 1 -> disturb(() -> time.suspend(Duration.ofSeconds(random.nextLong(1, 10_000))));
                case 2 -> time.stall(Duration.ofSeconds(random.nextLong(1, 5_000)));
                case 3 -> restart();
                case 4 -> iam.failWith(anyFailure());
                case 5 -> iam.failWith(null);
                case 6 -> loseAnswers(random.nextBoolean());
                case 7 -> fill(random.nextInt(3) == 0);
                case 8 -> live(LIVES.get(random.nextInt(LIVES.size())));
                case 9 -> revokeOrLogIn();
                case 10 -> time.advance(Duration.ofSeconds(random.nextLong(1, 1_800)));
                default -> time.advance(Duration.ofSeconds(random.nextLong(1, 60)));
            }
        }

        /** Both clocks no longer agree: the broker may take a token for older than it is, never for younger. */
        private void disturb(Runnable change) {
            newest.clear();
            change.run();
            // Until the next look a sleep and a step against it are seen by nobody.
            time.advance(ClockWatch.TICK);
            newest.clear();
        }

        private void restart() {
            newest.clear();
            isRevoked |= isLoginUnsaved;
            bench = bench.restarted(ACCOUNTS);
        }

        private java.util.function.Supplier<@Nullable IamFailure> anyFailure() {
            return switch (random.nextInt(3)) {
                case 0 -> () -> new IamFailure.Retry("the connection is refused", IamFailure.NO_STATUS, null, null);
                case 1 -> () -> new IamFailure.Retry("internal error", 500, null, null);
                default -> () -> new IamFailure.Retry("too many requests", 429, null, Duration.ofSeconds(20));
            };
        }

        /** IAM does its work, rotation and all, and its answer never arrives. */
        private void loseAnswers(boolean lost) {
            newest.clear();
            iam.afterAnswer(
                    lost
                            ? () -> {
                                newest.clear();
                                throw new IamFailure.Retry("the connection was cut", IamFailure.NO_STATUS, null, null);
                            }
                            : null);
        }

        private void fill(boolean full) {
            newest.clear();
            isFull = full;
            store.full(full);
        }

        private void live(Duration next) {
            life = next;
            iam.life(next);
        }

        private void revokeOrLogIn() {
            if (isRevoked || random.nextInt(4) > 0) {
                logIn();
            } else {
                isRevoked = true;
                newest.clear();
                iam.revokeAll();
            }
        }

        private void logIn() {
            long before = iam.count("passcode");
            try {
                bench.tokens.loginByPasscode(DEV, Secret.of("one-time"));
                isRevoked = false;
                isLoginUnsaved = isFull;
            } catch (RenewalFailure.Transient failed) {
                newest.clear();
            }
            logins += iam.count("passcode") - before;
        }

        private void ask() {
            for (TokenKey key : KEYS) {
                ask(key, Duration.ofSeconds(random.nextInt(120)));
            }
        }

        private void ask(TokenKey key, Duration minTtl) {
            try {
                check(key, bench.tokens.token(key, minTtl, Duration.ZERO));
            } catch (RenewalFailure.LoginRequired e) {
                assertThat(key.account())
                        .as("only who logged in by hand needs a login")
                        .isEqualTo(DEV);
                assertThat(isRevoked || logins == 0)
                        .as("IAM ended the session: %s", e.getMessage())
                        .isTrue();
                checkNothingIsWithheld(key);
            } catch (RenewalFailure.Transient | RenewalFailure.StillWaiting e) {
                checkNothingIsWithheld(key);
            }
        }

        @Reveals("follows each token from IAM to the caller")
        private void check(TokenKey key, Token served) {
            String value = served.value().reveal();
            assertThat(value).startsWith(key.kind().word() + "-" + key.account() + "-");
            Duration left = left(value);
            assertThat(left)
                    .as(
                            "true life left of %s, %s, told %s %s now %s",
                            value, issued.get(value), served.left(time), served.lifetime(), time.now())
                    .isPositive();
            assertThat(served.left(time)).as("life told of %s", value).isLessThanOrEqualTo(left);
        }

        private Duration left(String value) {
            Issued when = issued.get(value);
            assertThat(when).as("issued by IAM: %s", value).isNotNull();
            return when.at().plus(when.life()).minus(truth());
        }

        private void checkNothingIsWithheld(TokenKey key) {
            String value = newest.get(key.kind().word() + "-" + key.account());
            if (value != null && !isFull) {
                assertThat(left(value))
                        .as("true life left of %s, which was withheld", value)
                        .isLessThan(floorOf(value));
            }
        }

        private Duration floorOf(String value) {
            Issued when = issued.get(value);
            assertThat(when).isNotNull();
            Duration tenth = when.life().dividedBy(10);
            return tenth.compareTo(Duration.ofSeconds(10)) < 0 ? tenth : Duration.ofSeconds(10);
        }

        /** All is well again: everybody is served, and nobody logged in but who did so by hand. */
        private void end() {
            iam.failWith(null);
            iam.afterAnswer(null);
            store.full(false);
            live(Duration.ofHours(1));
            // Refusals may have cut what IAM may be asked, for a login too.
            time.advance(Duration.ofMinutes(1));
            if (isRevoked) {
                logIn();
            }
            time.advance(Duration.ofMinutes(3));
            for (TokenKey key : KEYS) {
                check(key, bench.tokens.token(key, Duration.ofSeconds(60), Duration.ZERO));
            }
            assertThat(iam.count("passcode")).isEqualTo(logins);
        }
    }
}

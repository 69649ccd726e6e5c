package dev.iambroker.token;

import static dev.iambroker.token.Bench.DEV;
import static dev.iambroker.token.Bench.PROD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.account.AccountState;
import dev.iambroker.account.TokenKind;
import dev.iambroker.secret.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing of a token's or a login's life is assumed: IAM says it, and may say otherwise the next time. */
final class LearntLivesTest {
    private static final TokenKey ACCESS = new TokenKey(PROD, TokenKind.ACCESS);

    @ParameterizedTest
    @ValueSource(ints = {3600, 1200, 900, 60, 30})
    void tokens_ofThatManySeconds_areRenewedAtHalfOfThatAndAlwaysThere(int seconds) {
        Bench bench = new Bench(Bench.byKey());
        bench.iam.life(Duration.ofSeconds(seconds));
        bench.started();
        for (int step = 0; step < 20 * 30; step++) {
            bench.time.advance(Duration.ofSeconds(seconds).dividedBy(30));
            assertThat(bench.tokens.peek(ACCESS)).as("step %d", step).isNotNull();
        }
        assertThat(bench.iam.requests().size()).isBetween((int) (20 / 0.55), (int) (20 / 0.45) + 2);
    }

    @Test
    void lives_thatChangeWithEveryAnswer_areFollowed() {
        for (long seed = 0; seed < 30; seed++) {
            Random random = new Random(seed);
            List<Integer> lives = List.of(3600, 1200, 900, 60, 30, 7200);
            Bench bench = new Bench(new ManualTime(), null, new MemoryStore(), List.of(Bench.byKey()), seed);
            bench.iam.afterAnswer(() -> bench.iam.life(Duration.ofSeconds(lives.get(random.nextInt(lives.size())))));
            bench.started();
            for (int minute = 0; minute < 6 * 60; minute++) {
                bench.time.advance(Duration.ofSeconds(random.nextLong(1, 60)));
                Token token = bench.tokens.peek(ACCESS);
                assertThat(token).as("seed %d", seed).isNotNull();
                assertThat(token.untilDue(bench.time))
                        .as("seed %d: renewed when due", seed)
                        .isPositive();
            }
        }
    }

    /** Refresh tokens of 72 h; sessions that end when nobody refreshes for two hours; refresh tokens shorter than tokens. */
    @ParameterizedTest
    @CsvSource({"72h, 3600", "2h, 3600", "2h, 7200", "30m, 3600", "20m, 3600", "5m, 3600", "2h, 86400"})
    void login_thatRefreshingPutsOff_isKeptAliveForDays(String life, int accessSeconds) {
        Bench bench = new Bench(Bench.byPasscode());
        bench.iam.life(Duration.ofSeconds(accessSeconds));
        bench.iam.refreshTokenLife(Duration.parse("PT" + life), Duration.ofDays(365));
        bench.started().tokens.loginByPasscode(DEV, Secret.of("one-time"));
        for (int hour = 0; hour < 4 * 24; hour++) {
            bench.time.advance(Duration.ofHours(1));
            assertThat(bench.tokens.status(DEV).state()).isEqualTo(AccountState.VALID);
        }
        assertThat(bench.iam.count("passcode")).isEqualTo(1);
    }

    @Test
    void session_ofADay_isUsedToItsEndAndThenReported() {
        Bench bench = new Bench(Bench.byPasscode());
        bench.iam.refreshTokenLife(Duration.ofHours(72), Duration.ofHours(24));
        bench.started().tokens.loginByPasscode(DEV, Secret.of("one-time"));
        bench.time.advance(Duration.ofHours(24).minusSeconds(1));
        assertThat(bench.tokens.status(DEV).state()).isEqualTo(AccountState.VALID);
        assertThat(bench.iam.requests().size()).as("no flood before the end").isLessThan(75);
        assertThat(bench.access(DEV).left(bench.time))
                .as("the last token is as fresh as it can be")
                .isGreaterThan(Duration.ofMinutes(58));
        bench.time.advance(Duration.ofMinutes(50));
        assertThat(bench.tokens.status(DEV).state()).isEqualTo(AccountState.LOGIN_REQUIRED);
        assertThat(bench.access(DEV).left(bench.time)).as("served to its end").isPositive();
        assertThat(bench.tokens.status(DEV).lastFailure()).isNotNull();
        assertThat(bench.tokens.status(DEV).loginRunway()).isZero();
    }
}

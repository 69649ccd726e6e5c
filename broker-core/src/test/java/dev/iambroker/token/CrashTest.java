package dev.iambroker.token;

import static dev.iambroker.token.Bench.DEV;
import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.secret.Secret;
import dev.iambroker.store.StoredSession;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The process dies at a named point of a refresh, hundreds of times in one life of a rotating session. */
final class CrashTest {
    private static final int CRASHES = 150;

    /** Where the process dies. */
    enum Point {
        BEFORE_IAM_SAW_THE_REQUEST,
        AFTER_IAM_ROTATED,
        BEFORE_THE_SAVE,
        AFTER_THE_SAVE
    }

    /** Stands for the end of the process: no code of the broker may catch and survive it. */
    private static final class Died extends Error {
        Died() {
            super("process died", null, false, false);
        }
    }

    @ParameterizedTest
    @EnumSource
    void crash_atAnyPointOfARefresh_neverNeedsALoginAgain(Point point) {
        List<Account> accounts = List.of(Bench.byPasscode());
        Bench bench = new Bench(accounts.getFirst()).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("one-time"));
        Random random = new Random(point.name().hashCode());
        for (int crash = 0; crash < CRASHES; crash++) {
            dieDuringARefresh(bench, point);
            bench.time.advance(Duration.ofSeconds(random.nextLong(3000)));
            bench = bench.restarted(accounts);
            assertThat(bench.access(DEV).left(bench.time))
                    .as("crash %d at %s", crash, point)
                    .isPositive();
        }
        assertThat(bench.iam.count("passcode")).isEqualTo(1);
    }

    private static void dieDuringARefresh(Bench bench, Point point) {
        Runnable die = () -> {
            throw new Died();
        };
        switch (point) {
            case BEFORE_IAM_SAW_THE_REQUEST, AFTER_IAM_ROTATED -> bench.iam.beforeAnswer(die);
            case BEFORE_THE_SAVE -> bench.store.hooks(die, null);
            case AFTER_THE_SAVE -> bench.store.hooks(null, die);
        }
        if (point == Point.AFTER_IAM_ROTATED) {
            bench.iam.beforeAnswer(null);
            bench.iam.afterAnswer(die);
        }
        try {
            bench.time.advance(Duration.ofHours(2));
            throw new AssertionError("the refresh did not come to " + point);
        } catch (Died expected) {
            bench.iam.beforeAnswer(null);
            bench.iam.afterAnswer(null);
            bench.store.hooks(null, null);
        }
    }

    /** A broker that releases first and saves later: what {@link Intake} must never become. */
    @ParameterizedTest
    @EnumSource(names = {"BEFORE_THE_SAVE"})
    void mutant_thatReleasesBeforeItSaves_isCaught(Point point) {
        LateStore late = new LateStore();
        List<Account> accounts = List.of(Bench.byPasscode());
        ManualTime time = new ManualTime();
        ScriptedIam iam = new ScriptedIam(time);
        Bench bench = new Bench(time, iam, late, accounts, 1).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("one-time"));
        late.flush();
        Token before = bench.access(DEV);
        // Two refreshes are released while neither is on disk: the overlap of one generation no longer covers that.
        time.advance(Duration.ofMinutes(40));
        time.advance(Duration.ofMinutes(40));
        assertThat(bench.access(DEV))
                .as("released while the save of %s is outstanding", point)
                .isNotEqualTo(before);
        late.crash();
        Bench second = new Bench(time, iam, late, accounts, 2).started();
        time.advance(Duration.ofHours(1));
        assertThat(second.tokens.status(DEV).state().word()).isEqualTo("login_required");
    }

    /** Says that a save is durable and keeps it in memory: the bug, as a store. */
    private static final class LateStore extends MemoryStore {
        private @Nullable AccountName account;
        private @Nullable StoredSession pending;

        @Override
        public void save(AccountName name, StoredSession session) {
            account = name;
            pending = session;
        }

        void flush() {
            if (account != null && pending != null) {
                super.save(account, pending);
            }
        }

        void crash() {
            pending = null;
        }
    }
}

package dev.iambroker.broker;

import static dev.iambroker.token.Bench.DEV;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.iambroker.account.AccountState;
import dev.iambroker.account.TokenKind;
import dev.iambroker.broker.BrokerFailure.PassphraseRefused;
import dev.iambroker.broker.BrokerFailure.PassphraseRefused.Reason;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import dev.iambroker.event.AuditEvent;
import dev.iambroker.policy.Match;
import dev.iambroker.policy.Policy;
import dev.iambroker.policy.Right;
import dev.iambroker.policy.Rule;
import dev.iambroker.secret.Secret;
import dev.iambroker.token.Bench;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class BrokerLockTest {
    private static final ClientIdentity ROOT = ClientIdentity.ofPeer(new Peer(0, 0, Set.of(), 1, 1));
    private static final ClientIdentity ADMIN = ClientIdentity.ofSecret(Set.of("admin"));
    private static final ClientIdentity ADMIN_OF_ONE = ClientIdentity.ofSecret(Set.of("one"));
    private static final ClientIdentity NOBODY = ClientIdentity.ofSecret(Set.of());
    private static final Secret PASSPHRASE = Secret.of("correct horse battery");
    private static final Secret WRONG = Secret.of("incorrect horse");

    private final Bench bench = new Bench(Bench.byKey(), Bench.byPasscode()).started();
    private final List<AuditEvent> audit = new ArrayList<>();
    private final AtomicInteger dropped = new AtomicInteger();
    private final AtomicInteger servedOn = new AtomicInteger();
    private final GuardedTokenBroker broker = new GuardedTokenBroker(
            new Policy(List.of(rule("admin", "admin:*"), rule("one", "admin:prod", "*:*")), 990),
            bench.tokens,
            (account, token) -> List.of(),
            new GuardedTokenBrokerTest.Clusters(),
            new GuardedTokenBrokerTest.Clusters(),
            audit::add,
            bench.time,
            Runnable::run,
            Duration.ofSeconds(45));
    private final BrokerLock lock = broker.lock(Runnable::run, listener());

    private LockListener listener() {
        return new LockListener() {
            @Override
            public void locked() {
                dropped.incrementAndGet();
            }

            @Override
            public void unlocked() {
                dropped.decrementAndGet();
            }

            @Override
            public void servesOn() {
                servedOn.incrementAndGet();
            }
        };
    }

    private static Rule rule(String name, String... rights) {
        return new Rule(
                name,
                new Match(null, null, /* secret= */ true),
                List.of(rights).stream().map(r -> Right.parse(r).orElseThrow()).toList());
    }

    private static TokenRequest request() {
        return new TokenRequest("prod", TokenKind.ACCESS, null, TokenRequest.DEFAULT_MIN_TTL, Duration.ZERO);
    }

    private PassphraseRefused refusal() {
        return catchThrowableOfType(PassphraseRefused.class, () -> lock.unlock(ROOT, WRONG));
    }

    @Test
    void lock_everyAnswerOfEveryAccount_isLocked() {
        lock.lock(ROOT, PASSPHRASE);
        assertThat(dropped).hasValue(1);
        List<Runnable> verbs = List.of(
                () -> broker.tokenNow(ROOT, request()),
                () -> broker.token(ROOT, request()),
                () -> broker.watch(ROOT, request(), null, Duration.ZERO),
                () -> broker.watch(ROOT, request(), "etag", Duration.ZERO),
                () -> broker.kubeCredentialNow(ROOT, new KubeRequest("prod", null, null, Duration.ZERO, Duration.ZERO)),
                () -> broker.kubeCredentialNow(
                        ROOT, new KubeRequest(null, null, "https://x", Duration.ZERO, Duration.ZERO)),
                () -> broker.kubeCredential(
                        ROOT, new KubeRequest(null, null, "https://x", Duration.ZERO, Duration.ZERO)),
                () -> broker.login(ROOT, "prod", new LoginAttempt.Configured()),
                () -> broker.logout(ROOT, "prod"),
                () -> broker.refresh(ROOT, "prod"),
                () -> broker.purge(ROOT, "prod"),
                () -> broker.ibmAccounts(ROOT, "prod"),
                () -> broker.clusters(ROOT, "prod"),
                () -> broker.cluster(ROOT, "prod", "c"),
                () -> broker.clusterAccess(ROOT, "prod", "c"));
        assertThat(verbs)
                .allSatisfy(verb -> assertThatThrownBy(verb::run)
                        .isInstanceOf(BrokerFailure.Locked.class)
                        .hasMessage("the broker is locked: run 'iam-broker unlock'"));
        assertThat(broker.accounts(ROOT)).extracting(AccountView::state).containsOnly(AccountState.LOCKED);
        assertThat(broker.account(ROOT, "prod").state()).isEqualTo(AccountState.LOCKED);
        assertThat(broker.readiness().isReady()).isTrue();
        assertThat(broker.readiness(ROOT, "prod").isReady()).isFalse();
    }

    @Test
    void lock_clientsWithoutARight_learnNothingOfIt() {
        lock.lock(ROOT, PASSPHRASE);
        assertThatThrownBy(() -> broker.token(NOBODY, request())).isInstanceOf(BrokerFailure.Denied.class);
    }

    @Test
    void lock_needsAdminOfAll() {
        lock.lock(ADMIN, PASSPHRASE);
        lock.unlock(ADMIN, PASSPHRASE);
        for (ClientIdentity client : List.of(ADMIN_OF_ONE, NOBODY)) {
            assertThatThrownBy(() -> lock.lock(client, PASSPHRASE)).isInstanceOf(BrokerFailure.Denied.class);
            assertThatThrownBy(() -> lock.unlock(client, PASSPHRASE)).isInstanceOf(BrokerFailure.Denied.class);
        }
        assertThat(audit)
                .extracting(AuditEvent::action, AuditEvent::account, AuditEvent::allowed, AuditEvent::rule)
                .startsWith(
                        tuple("lock", "*", true, "admin"),
                        tuple("unlock", "*", true, "admin"),
                        tuple("lock", "*", false, "one"));
    }

    @Test
    void lock_whileLocked_isRefusedAndTheFirstPassphraseStays() {
        lock.lock(ROOT, PASSPHRASE);
        assertThatThrownBy(() -> lock.lock(ROOT, WRONG))
                .isInstanceOf(BrokerFailure.Locked.class)
                .hasMessageContaining("already");
        lock.unlock(ROOT, PASSPHRASE);
        assertThat(lock.isLocked()).isFalse();
    }

    @Test
    void unlock_wrongPassphrase_delayDoublesToAMinuteAndAttemptsMeanwhileAreNotLookedAt() {
        lock.lock(ROOT, PASSPHRASE);
        List<Long> delays = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            PassphraseRefused wrong = refusal();
            assertThat(wrong.reason()).isEqualTo(Reason.WRONG);
            Duration delay = Objects.requireNonNull(wrong.about().retryAfter());
            delays.add(delay.toSeconds());
            bench.time.advance(delay.minusMillis(1));
            // The right one too: else the answer would tell.
            assertThatThrownBy(() -> lock.unlock(ROOT, PASSPHRASE))
                    .isInstanceOfSatisfying(PassphraseRefused.class, e -> {
                        assertThat(e.reason()).isEqualTo(Reason.TOO_SOON);
                        assertThat(e.about().retryAfter()).isEqualTo(Duration.ofMillis(1));
                    });
            bench.time.advance(Duration.ofMillis(1));
        }
        assertThat(delays).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L);
        lock.unlock(ROOT, PASSPHRASE);
        assertThat(broker.token(ROOT, request())).isNotNull();
        lock.lock(ROOT, PASSPHRASE);
        assertThat(refusal().about().retryAfter()).isEqualTo(BrokerLock.FIRST_DELAY);
    }

    private BrokerLock afterRestart() {
        return broker.lock(Runnable::run, listener());
    }

    private static Duration leftOf(BrokerLock lock) {
        PassphraseRefused refused = catchThrowableOfType(PassphraseRefused.class, () -> lock.unlock(ROOT, PASSPHRASE));
        assertThat(refused.reason()).isEqualTo(Reason.TOO_SOON);
        return Objects.requireNonNull(refused.about().retryAfter());
    }

    /** Whoever can start the daemon anew may not guess any faster for it. */
    @Test
    void unlock_restartAfterWrongPassphrases_theDelayGoesOn() {
        lock.lock(ROOT, PASSPHRASE);
        for (long seconds : List.of(1, 2, 4)) {
            refusal();
            bench.time.advance(Duration.ofSeconds(seconds));
        }
        refusal();
        bench.time.advance(Duration.ofSeconds(3));

        BrokerLock next = afterRestart();
        assertThat(leftOf(next)).isEqualTo(Duration.ofSeconds(5));
        bench.time.advance(Duration.ofSeconds(5));
        PassphraseRefused wrong = catchThrowableOfType(PassphraseRefused.class, () -> next.unlock(ROOT, WRONG));
        assertThat(wrong.about().retryAfter()).isEqualTo(Duration.ofSeconds(16));

        bench.time.advance(Duration.ofSeconds(16));
        next.unlock(ROOT, PASSPHRASE);
        next.lock(ROOT, PASSPHRASE);
        afterRestart().unlock(ROOT, PASSPHRASE);
    }

    @Test
    void unlock_clockSetBackBeforeARestart_locksOutNoLongerThanTheLongestDelay() {
        lock.lock(ROOT, PASSPHRASE);
        for (int i = 0; i < 20; i++) {
            refusal();
            bench.time.advance(BrokerLock.LONGEST_DELAY);
        }
        bench.time.stepWall(Duration.ofDays(-365));

        BrokerLock next = afterRestart();
        assertThat(leftOf(next)).isEqualTo(BrokerLock.LONGEST_DELAY);
        bench.time.advance(BrokerLock.LONGEST_DELAY);
        next.unlock(ROOT, PASSPHRASE);
    }

    /** Else whoever kills the daemon while it computes would have guessed for nothing. */
    @Test
    void unlock_attemptThatCannotBeWritten_isNotLookedAt() {
        lock.lock(ROOT, PASSPHRASE);
        bench.store.full(true);
        assertThatThrownBy(() -> lock.unlock(ROOT, PASSPHRASE))
                .isInstanceOf(BrokerFailure.StoreFailed.class)
                .hasMessageContaining("was not looked at");
        bench.store.full(false);
        lock.unlock(ROOT, PASSPHRASE);
    }

    @Test
    void unlock_attempts_areOnRecord() {
        lock.lock(ROOT, PASSPHRASE);
        audit.clear();
        refusal();
        refusal();
        bench.time.advance(Duration.ofSeconds(1));
        lock.unlock(ROOT, PASSPHRASE);
        assertThat(audit).extracting(AuditEvent::action).containsOnly("unlock");
        assertThat(audit).extracting(AuditEvent::allowed).containsExactly(false, false, true);
    }

    @Test
    void unlock_notLocked_isDoneAlready() {
        lock.unlock(ROOT, WRONG);
        assertThat(lock.isLocked()).isFalse();
    }

    @Test
    void lock_anotherUnderWay_isRefusedNotQueued() {
        List<BrokerFailure> refused = new ArrayList<>();
        bench.store.beforeLock(() -> {
            Thread other = Thread.ofPlatform().start(() -> {
                try {
                    lock.lock(ROOT, WRONG);
                } catch (BrokerFailure e) {
                    refused.add(e);
                }
            });
            join(other);
        });
        lock.lock(ROOT, PASSPHRASE);
        assertThat(refused)
                .singleElement()
                .isInstanceOfSatisfying(
                        PassphraseRefused.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_SOON));
    }

    private static void join(Thread thread) {
        try {
            assertThat(thread.join(Duration.ofSeconds(20))).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A reload may take long: whoever locks the broker must not wait for it while it goes on serving. */
    @Test
    void lock_somethingElseChangesAccounts_servesNothingWhileItWaits() {
        AtomicInteger refused = new AtomicInteger();
        BrokerLock patient = broker.lock(
                work -> {
                    assertThatThrownBy(() -> broker.token(ROOT, request())).isInstanceOf(BrokerFailure.Locked.class);
                    refused.incrementAndGet();
                    work.run();
                },
                listener());
        bench.store.full(true);
        assertThatThrownBy(() -> patient.lock(ROOT, PASSPHRASE)).isInstanceOf(BrokerFailure.StoreFailed.class);
        assertThat(broker.token(ROOT, request())).isNotNull();
        bench.store.full(false);
        patient.lock(ROOT, PASSPHRASE);
        patient.unlock(ROOT, PASSPHRASE);
        assertThat(refused).hasValue(3);
    }

    /** What changed meanwhile was told of as locked, and its renewals were dropped. */
    @Test
    void lock_accountsChangeMeanwhileAndTheDiskIsFull_allAreServed() {
        BrokerLock late = broker.lock(
                work -> {
                    bench.tokens.reconfigure(List.of(Bench.byKey())).run();
                    work.run();
                },
                listener());
        bench.store.full(true);
        assertThatThrownBy(() -> late.lock(ROOT, PASSPHRASE)).isInstanceOf(BrokerFailure.StoreFailed.class);
        bench.store.full(false);
        bench.time.settle();
        assertThat(broker.token(ROOT, request())).isNotNull();
        assertThat(broker.account(ROOT, "prod").state()).isEqualTo(AccountState.VALID);
    }

    @Test
    void lock_diskFull_isToldAndServesOn() {
        bench.store.full(true);
        assertThatThrownBy(() -> lock.lock(ROOT, PASSPHRASE))
                .isInstanceOf(BrokerFailure.StoreFailed.class)
                .hasMessageContaining("no space left");
        assertThat(dropped).hasValue(0);
        assertThat(servedOn).hasValue(1);
        assertThat(broker.token(ROOT, request())).isNotNull();
        assertThat(broker.account(ROOT, DEV.value()).state()).isEqualTo(AccountState.LOGIN_REQUIRED);
    }
}

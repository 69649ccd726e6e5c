package dev.iambroker.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.account.Account;
import dev.iambroker.account.Cloud;
import dev.iambroker.account.TokenKind;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import dev.iambroker.client.Scope;
import dev.iambroker.event.AuditEvent;
import dev.iambroker.event.AuditLog;
import dev.iambroker.event.Tally;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.policy.Match;
import dev.iambroker.policy.Policy;
import dev.iambroker.policy.Rate;
import dev.iambroker.policy.Right;
import dev.iambroker.policy.Rule;
import dev.iambroker.policy.Terms;
import dev.iambroker.secret.Secret;
import dev.iambroker.token.Bench;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** An order is a short way to what the front door gives, and never to anything else. */
final class StandingOrderTest {
    private static final int DAEMON = 990;
    private static final ClientIdentity USER = ClientIdentity.ofPeer(new Peer(1000, 1000, Set.of(), 1, 1));
    private static final Match IS_USER = new Match(1000, null, /* secret= */ false);
    private static final Duration MARGIN = Duration.ofSeconds(45);

    private final Recorder audit = new Recorder();
    private final Bench bench = new Bench(Bench.byKey(), Bench.byPasscode()).started();
    private final GuardedTokenBroker broker = broker(rule(Terms.NONE));

    /** Counts repeats for as long as it is told to. */
    private static final class Recorder implements AuditLog {
        private final List<AuditEvent> events = new ArrayList<>();
        private int repeats;
        private boolean counts = true;

        @Override
        public void record(AuditEvent event) {
            events.add(event);
        }

        @Override
        public Tally recordFirst(AuditEvent event) {
            record(event);
            return epochMillis -> {
                repeats += counts ? 1 : 0;
                return counts;
            };
        }
    }

    private GuardedTokenBroker broker(Rule... rules) {
        return broker(audit, rules);
    }

    private GuardedTokenBroker broker(AuditLog log, Rule... rules) {
        return new GuardedTokenBroker(
                policy(rules),
                bench.tokens,
                (account, token) -> List.of(),
                new NoClusters(),
                new NoClusters(),
                log,
                bench.time,
                Runnable::run,
                MARGIN);
    }

    private Policy policy(Rule... rules) {
        return new Policy(List.of(rules), DAEMON, bench.time::now);
    }

    private static Rule rule(Terms terms) {
        return rule(terms, "access:prod", "kube:prod");
    }

    private static Rule rule(Terms terms, String... rights) {
        return new Rule(
                "ci",
                IS_USER,
                List.of(rights).stream()
                        .map(text -> Right.parse(text).orElseThrow())
                        .toList(),
                terms);
    }

    private static TokenRequest request(TokenKind kind) {
        return new TokenRequest("prod", kind, null, TokenRequest.DEFAULT_MIN_TTL, Duration.ZERO);
    }

    private static final TokenRequest ACCESS = request(TokenKind.ACCESS);

    private StandingOrder order() {
        return Objects.requireNonNull(broker.standingOrder(USER, ACCESS));
    }

    private static TokenGrant next(StandingOrder order) {
        return Objects.requireNonNull(order.next());
    }

    @Test
    void next_nothingChanges_isTheSameGrantForASecond() {
        StandingOrder order = order();
        TokenGrant grant = next(order);

        assertThat(next(order)).isSameAs(grant);
        bench.time.advance(Duration.ofSeconds(2));
        assertThat(next(order).left()).isEqualTo(grant.left().minusSeconds(2));
        assertThat(next(order).etag()).isEqualTo(grant.etag());
    }

    @Test
    void next_tokenRenewed_isTheNewOne() {
        StandingOrder order = order();
        TokenGrant first = next(order);
        bench.time.advance(Duration.ofMinutes(45));
        assertThat(next(order).etag()).isNotEqualTo(first.etag());
        assertThat(next(order)).isEqualTo(broker.tokenNow(USER, ACCESS));
    }

    /** Else a token that everybody asks for by an order would never be renewed behind their backs. */
    @Test
    void next_tokenDueWhileIamFails_goesOnAndTriesIam() {
        StandingOrder order = order();
        TokenGrant first = next(order);
        bench.iam.failWith(() -> new IamFailure.Retry("down", IamFailure.NO_STATUS, null, null));
        bench.time.advance(Duration.ofMinutes(50));
        assertThat(next(order).etag()).isEqualTo(first.etag());
        bench.time.advance(Duration.ofMinutes(15));
        assertThat(order.next()).isNull();
    }

    @Test
    void next_onRecord_oneEventATokenAndTheRestCounted() {
        StandingOrder order = order();
        for (int i = 0; i < 10; i++) {
            next(order);
        }
        assertThat(audit.events).hasSize(1);
        assertThat(audit.repeats).isEqualTo(9);
        assertThat(audit.events.getFirst().fingerprint()).isEqualTo(next(order).etag());
        assertThat(audit.events.getFirst().rule()).isEqualTo("ci");

        bench.time.advance(Duration.ofMinutes(45));
        next(order);
        assertThat(audit.events).hasSize(2);
    }

    @Test
    void next_tallyIsOver_isAnEventAgain() {
        StandingOrder order = order();
        next(order);
        audit.counts = false;
        next(order);
        next(order);
        assertThat(audit.events).hasSize(3);
        assertThat(audit.repeats).isZero();
    }

    @Test
    void next_logThatCountsNothing_isAnEventEachTime() {
        List<AuditEvent> events = new ArrayList<>();
        StandingOrder order =
                Objects.requireNonNull(broker(events::add, rule(Terms.NONE)).standingOrder(USER, ACCESS));
        next(order);
        next(order);
        assertThat(events).hasSize(2);
    }

    @Test
    void next_afterAReload_isNothingMore() {
        StandingOrder order = order();
        next(order);
        broker.reconfigure(policy(rule(Terms.NONE, "access:dev")), MARGIN);
        assertThat(order.next()).isNull();
    }

    @Test
    void next_afterAReloadThatChangedNothing_isNothingMoreEither() {
        StandingOrder order = order();
        broker.reconfigure(policy(rule(Terms.NONE)), MARGIN);
        assertThat(order.next()).isNull();
        assertThat(next(order()).etag()).isNotEmpty();
    }

    @Test
    void next_locked_isNothing() {
        StandingOrder order = order();
        next(order);
        bench.tokens.close();
        assertThat(order.next()).isNull();
        bench.tokens.lock(Secret.of("passphrase"));
        assertThat(order.next()).isNull();
    }

    @Test
    void next_accountOfAnotherIdentityUnderTheName_isNothing() {
        StandingOrder order = order();
        next(order);
        Account other = new Account(
                Bench.PROD,
                Bench.byKey().login(),
                "ffffffffffffffffffffffffffffffff",
                Cloud.IBM_CLOUD,
                /* uaa= */ false);
        bench.tokens.reconfigure(List.of(other)).run();
        assertThat(order.next()).isNull();
    }

    @Test
    void next_purged_isNotTheOldToken() {
        StandingOrder order = order();
        String first = next(order).etag();
        bench.tokens.purge(Bench.PROD);
        TokenGrant now = order.next();
        assertThat(now == null ? "none" : now.etag()).isNotEqualTo(first);
    }

    @Test
    void next_maxTtl_isWhatTheClientIsTold() {
        broker.reconfigure(policy(rule(new Terms(Duration.ofMinutes(5), null, null, /* dryRun= */ false))), MARGIN);
        StandingOrder order = order();
        assertThat(next(order).left()).isEqualTo(Duration.ofMinutes(5));
        bench.time.advance(Duration.ofMinutes(6));
        assertThat(next(order)).isEqualTo(broker.tokenNow(USER, ACCESS));
    }

    /** What is counted, ends by the clock, or is somebody else's to end has to be looked at each time. */
    @Test
    void standingOrder_termsThatChangeByThemselves_none() {
        Terms expiring = new Terms(null, null, bench.time.now().plusSeconds(60), /* dryRun= */ false);
        assertThat(broker(rule(expiring)).standingOrder(USER, ACCESS)).isNull();

        Terms rated = new Terms(null, Rate.parse("5/s").orElseThrow(), null, /* dryRun= */ false);
        assertThat(broker(rule(rated)).standingOrder(USER, ACCESS)).isNull();

        Terms dryRun = new Terms(null, null, null, /* dryRun= */ true);
        assertThat(broker(rule(dryRun), rule(Terms.NONE)).standingOrder(USER, ACCESS))
                .isNull();

        GuardedTokenBroker reloading = broker(rule(Terms.NONE));
        reloading.reconfigure(policy(rule(Terms.NONE)).alongside(policy(rule(Terms.NONE))), MARGIN);
        assertThat(reloading.standingOrder(USER, ACCESS)).isNull();

        ClientIdentity byShare = USER.within(new Scope("s1", "access", "prod", null, USER));
        assertThat(broker.standingOrder(byShare, ACCESS)).isNull();
    }

    @Test
    void standingOrder_ofACluster_none() {
        var ofCluster = new TokenRequest("prod", TokenKind.KUBE, "c-1", TokenRequest.DEFAULT_MIN_TTL, Duration.ZERO);
        assertThat(broker.standingOrder(USER, ofCluster)).isNull();
    }

    @Test
    void standingOrder_eachHandOutMustBeOnDisk_none() {
        var required = new AuditLog() {
            @Override
            public void record(AuditEvent event) {}

            @Override
            public boolean isRequired() {
                return true;
            }
        };
        assertThat(broker(required, rule(Terms.NONE)).standingOrder(USER, ACCESS))
                .isNull();
    }

    @Test
    void standingOrder_withoutTheRight_isRefusedAsEver() {
        GuardedTokenBroker ofDev = broker(rule(Terms.NONE, "access:dev"));
        assertThatThrownBy(() -> ofDev.standingOrder(USER, ACCESS)).isInstanceOf(BrokerFailure.Denied.class);
    }

    /** A kube token is kept warm for as long as it is used: by an order too. */
    @Test
    void next_kube_isUse() {
        broker.token(USER, request(TokenKind.KUBE));
        StandingOrder order = Objects.requireNonNull(broker.standingOrder(USER, request(TokenKind.KUBE)));
        for (int i = 0; i < 10; i++) {
            bench.time.advance(Duration.ofMinutes(30));
            assertThat(order.next()).as("after %d half hours", i + 1).isNotNull();
        }
    }

    /** Whatever happens in whatever order: what an order gives is what the front door gives. */
    @Test
    void next_randomHistories_neverAnythingThatTheFrontDoorWouldNotGive() {
        Random random = new Random(20261122);
        int given = 0;
        StandingOrder order = order();
        for (int step = 0; step < 2_000; step++) {
            happen(random.nextInt(12), random);
            TokenGrant before = byDoor();
            TokenGrant byOrder = order.next();
            TokenGrant after = byDoor();
            if (byOrder == null) {
                StandingOrder another = orderUnlessRefused();
                order = another == null ? order : another;
                continue;
            }
            given++;
            // Whoever is given a token that is due has it renewed for the next.
            boolean isAsBefore = before != null && before.etag().equals(byOrder.etag());
            TokenGrant byDoor = isAsBefore ? before : after;
            assertThat(byDoor).as("step %d", step).isNotNull();
            assertThat(byOrder.etag()).as("step %d", step).isEqualTo(byDoor.etag());
            assertThat(byOrder.expiresAt()).isEqualTo(byDoor.expiresAt());
            assertThat(byOrder.left().toSeconds()).isEqualTo(byDoor.left().toSeconds());
        }
        assertThat(given).isGreaterThan(300);
    }

    private void happen(int what, Random random) {
        switch (what) {
            case 0 -> broker.reconfigure(policy(rule(Terms.NONE)), MARGIN);
            case 1 -> broker.reconfigure(policy(rule(Terms.NONE, "access:dev")), MARGIN);
            case 2 -> bench.tokens.purge(Bench.PROD);
            case 3 -> bench.iam.failWith(() -> new IamFailure.Retry("down", IamFailure.NO_STATUS, null, null));
            case 4 -> bench.iam.failWith(null);
            case 5 -> bench.time.stepWall(Duration.ofSeconds(random.nextInt(-600, 600)));
            case 6 -> bench.time.suspend(Duration.ofSeconds(random.nextInt(1, 900)));
            case 7 ->
                bench.tokens
                        .reconfigure(List.of(Bench.byKey(), Bench.byPasscode()))
                        .run();
            default -> bench.time.advance(Duration.ofMillis(random.nextInt(300_000)));
        }
    }

    private @Nullable TokenGrant byDoor() {
        try {
            return broker.tokenNow(USER, ACCESS);
        } catch (BrokerFailure refused) {
            return null;
        }
    }

    private @Nullable StandingOrder orderUnlessRefused() {
        try {
            return broker.standingOrder(USER, ACCESS);
        } catch (BrokerFailure refused) {
            return null;
        }
    }
}

package dev.iambroker.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.account.Account;
import dev.iambroker.account.Cloud;
import dev.iambroker.account.Login;
import dev.iambroker.account.ServiceFailure;
import dev.iambroker.account.TokenKind;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import dev.iambroker.client.Scope;
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
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class SharesTest {
    private static final ClientIdentity ROOT = ClientIdentity.ofPeer(new Peer(0, 0, Set.of(), 1, 1));
    private static final ClientIdentity DAEMON = ClientIdentity.ofPeer(new Peer(990, 990, Set.of(), 2, 2));
    private static final ClientIdentity STRANGER = ClientIdentity.ofPeer(new Peer(1234, 1234, Set.of(), 3, 3));
    private static final ClientIdentity ADMIN = ClientIdentity.ofSecret(Set.of("admin"));
    private static final ClientIdentity ADMIN_ONLY = ClientIdentity.ofSecret(Set.of("admin-only"));
    private static final ClientIdentity READER = ClientIdentity.ofSecret(Set.of("reader"));

    private final Bench bench = new Bench(Bench.byKey(), Bench.byPasscode()).started();
    private final List<AuditEvent> audit = new CopyOnWriteArrayList<>();
    private final GuardedTokenBrokerTest.Clusters clusters = new GuardedTokenBrokerTest.Clusters();
    private final Sockets sockets = new Sockets();
    private final AtomicInteger serial = new AtomicInteger();
    private final GuardedTokenBroker broker = new GuardedTokenBroker(
            policy("admin:prod", "access:prod", "kube:prod/c1"),
            bench.tokens,
            (account, token) -> List.of(),
            clusters,
            clusters,
            audit::add,
            bench.time,
            Runnable::run,
            Duration.ofSeconds(45));
    private final Shares shares = broker.shares(sockets, () -> "s" + serial.incrementAndGet(), Runnable::run);

    SharesTest() {
        clusters.have("prod", "c1", "https://c1.example");
    }

    private static Policy policy(String... adminsRights) {
        return new Policy(
                List.of(
                        rule("admin", adminsRights),
                        rule("admin-only", "admin:*"),
                        rule("reader", "access:prod", "list:prod")),
                990);
    }

    private static Rule rule(String name, String... rights) {
        return new Rule(name, new Match(null, null, /* secret= */ true), rights(rights));
    }

    private static ShareRequest access(Duration ttl, @Nullable Long uses) {
        return new ShareRequest("prod", TokenKind.ACCESS, null, ttl, uses, 0600);
    }

    private static ShareRequest kube(@Nullable String cluster) {
        return new ShareRequest("prod", TokenKind.KUBE, cluster, Duration.ofHours(1), null, 0600);
    }

    private static TokenRequest token(String account, TokenKind kind, @Nullable String cluster) {
        return new TokenRequest(account, kind, cluster, TokenRequest.DEFAULT_MIN_TTL, Duration.ofSeconds(1));
    }

    private TokenGrant take(ClientIdentity client) {
        return broker.token(client, token("prod", TokenKind.ACCESS, null));
    }

    private ClientIdentity by(ClientIdentity client, ShareView share) {
        return client.within(sockets.scopes.stream()
                .filter(scope -> scope.share().equals(share.id()))
                .findFirst()
                .orElseThrow());
    }

    /** Remembers what was opened and closed. */
    private static final class Sockets implements ShareSockets {
        private final List<Scope> scopes = new ArrayList<>();
        private final List<String> closed = new CopyOnWriteArrayList<>();
        private @Nullable String refusal;

        @Override
        public Opened open(Scope scope, int mode) {
            if (refusal != null) {
                throw new NotOpened(refusal);
            }
            scopes.add(scope);
            return new Opened() {
                @Override
                public String path() {
                    return "/run/shares/" + scope.share();
                }

                @Override
                public void close() {
                    closed.add(scope.share());
                }
            };
        }
    }

    @Test
    void share_givesItsTokenToWhoeverComes_andNothingElse() {
        ShareView share = shares.share(ADMIN, access(Duration.ofHours(2), null));
        for (ClientIdentity client : List.of(ROOT, DAEMON, STRANGER, ADMIN)) {
            ClientIdentity here = by(client, share);
            assertThat(take(here)).isNotNull();
            assertThat(broker.account(here, "prod")).isNotNull();
            List<Runnable> more = List.of(
                    () -> broker.token(here, token("dev", TokenKind.ACCESS, null)),
                    () -> broker.token(here, token("prod", TokenKind.KUBE, null)),
                    () -> broker.token(here, token("prod", TokenKind.UAA, null)),
                    () -> broker.account(here, "dev"),
                    () -> broker.login(here, "prod", new LoginAttempt.Configured()),
                    () -> broker.logout(here, "prod"),
                    () -> broker.refresh(here, "prod"),
                    () -> broker.purge(here, "prod"),
                    () -> broker.lock(Runnable::run, listener()).lock(here, Secret.of("a passphrase")),
                    () -> shares.share(here, access(Duration.ofHours(1), null)),
                    () -> shares.unshare(here, share.id()));
            assertThat(more)
                    .allSatisfy(verb -> assertThatThrownBy(verb::run)
                            .isInstanceOfAny(BrokerFailure.Denied.class, BrokerFailure.Unknown.class));
            assertThat(broker.accounts(here)).hasSize(1);
            assertThat(shares.shares(here)).isEmpty();
            assertThat(broker.nameOf(here)).isEqualTo("share");
        }
        assertThat(shares.shares(ADMIN)).hasSize(1);
    }

    private static LockListener listener() {
        return new LockListener() {
            @Override
            public void locked() {}

            @Override
            public void unlocked() {}
        };
    }

    @Test
    void share_ofACluster_givesThatClustersCredentialAlone() {
        ShareView share = shares.share(ADMIN, kube("c1"));
        ClientIdentity here = by(ROOT, share);
        assertThat(broker.token(here, token("prod", TokenKind.KUBE, "c1"))).isNotNull();
        assertThatThrownBy(() -> broker.token(here, token("prod", TokenKind.KUBE, "c2")))
                .isInstanceOf(BrokerFailure.Denied.class);
        assertThatThrownBy(() -> broker.token(here, token("prod", TokenKind.KUBE, null)))
                .isInstanceOf(BrokerFailure.Denied.class);
        assertThatThrownBy(() -> take(here)).isInstanceOf(BrokerFailure.Denied.class);
    }

    /** It would open, and give nothing to anybody. */
    @Test
    void share_ofAClusterThatThereIsNot_isRefusedAndTheNearestNamed() {
        assertThatThrownBy(() -> shares.share(ROOT, kube("c11")))
                .isInstanceOf(BrokerFailure.Unknown.class)
                .hasMessage("account \"prod\" has no cluster of this name or ID; 'iam-broker clusters prod' lists them;"
                        + " did you mean \"c1\"?");
        clusters.failure = new ServiceFailure("the containers service is down", 503, null);
        assertThatThrownBy(() -> shares.share(ROOT, kube("c12"))).isInstanceOf(BrokerFailure.Unavailable.class);
        assertThat(shares.share(ROOT, kube("c1"))).isNotNull();
        assertThat(sockets.scopes).hasSize(1);
    }

    @Test
    void share_needsAdminAndTheRightItself() {
        for (ClientIdentity client : List.of(ADMIN_ONLY, READER, STRANGER)) {
            assertThatThrownBy(() -> shares.share(client, access(Duration.ofHours(1), null)))
                    .isInstanceOf(BrokerFailure.Denied.class);
        }
        assertThatThrownBy(() -> shares.share(ADMIN, kube(null))).isInstanceOf(BrokerFailure.Denied.class);
        assertThatThrownBy(() -> shares.share(ADMIN, kube("c2"))).isInstanceOf(BrokerFailure.Denied.class);
        assertThatThrownBy(() -> shares.share(
                        ROOT, new ShareRequest("none", TokenKind.ACCESS, null, Duration.ofHours(1), null, 0600)))
                .isInstanceOf(BrokerFailure.Unknown.class);
        assertThat(sockets.scopes).isEmpty();
    }

    @Test
    void uses_areCountedExactly_howeverManyComeAtOnce() throws Exception {
        ShareView share = shares.share(ADMIN, access(Duration.ofHours(1), 100L));
        ClientIdentity here = by(STRANGER, share);
        AtomicInteger given = new AtomicInteger();
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            callers.add(Thread.ofPlatform().start(() -> {
                for (int j = 0; j < 50; j++) {
                    try {
                        take(here);
                        given.incrementAndGet();
                    } catch (BrokerFailure.Denied over) {
                        // As it must from the 101st on.
                    }
                }
            }));
        }
        for (Thread caller : callers) {
            assertThat(caller.join(Duration.ofSeconds(30))).isTrue();
        }
        assertThat(given).hasValue(100);
        assertThat(sockets.closed).containsExactly(share.id());
        assertThat(shares.shares(ADMIN)).isEmpty();
        assertThat(audit.stream().filter(AuditEvent::allowed).filter(e -> e.fingerprint() != null))
                .hasSize(100)
                .allSatisfy(event -> assertThat(event.rule()).isEqualTo("share:s1/admin"));
    }

    @Test
    void uses_refusalsAndStatus_areNone() {
        ShareView share = shares.share(ADMIN, access(Duration.ofHours(1), 1L));
        ClientIdentity here = by(STRANGER, share);
        broker.account(here, "prod");
        assertThatThrownBy(() -> broker.token(here, token("dev", TokenKind.ACCESS, null)))
                .isInstanceOf(BrokerFailure.Denied.class);
        String etag = bench.access(Bench.PROD).etag();
        assertThat(broker.watch(here, token("prod", TokenKind.ACCESS, null), etag, Duration.ZERO))
                .isNull();
        assertThat(shares.shares(ADMIN).getFirst().usesLeft()).isOne();
        assertThat(broker.watch(here, token("prod", TokenKind.ACCESS, null), null, Duration.ZERO))
                .isNotNull();
        assertThatThrownBy(() -> take(here))
                .isInstanceOf(BrokerFailure.Denied.class)
                .hasMessageContaining("over");
    }

    @Test
    void time_over_endsIt() {
        ShareView share = shares.share(ADMIN, access(Duration.ofMinutes(10), null));
        ClientIdentity here = by(STRANGER, share);
        bench.time.advance(Duration.ofMinutes(9));
        take(here);
        bench.time.advance(Duration.ofMinutes(1));
        assertThat(sockets.closed).containsExactly(share.id());
        assertThatThrownBy(() -> take(here)).isInstanceOf(BrokerFailure.Denied.class);
    }

    @Test
    void time_machineSleptOrClockSetBack_endsItAllTheSame() {
        ClientIdentity slept = by(STRANGER, shares.share(ADMIN, access(Duration.ofMinutes(10), null)));
        bench.time.suspend(Duration.ofMinutes(11));
        assertThatThrownBy(() -> take(slept)).isInstanceOf(BrokerFailure.Denied.class);
        ClientIdentity setBack = by(STRANGER, shares.share(ADMIN, access(Duration.ofMinutes(10), null)));
        bench.time.stepWall(Duration.ofHours(-2));
        bench.time.advance(Duration.ofMinutes(10));
        assertThatThrownBy(() -> take(setBack)).isInstanceOf(BrokerFailure.Denied.class);
    }

    @Test
    void unshare_endsIt_forThoseWhoMay() {
        ShareView first = shares.share(ADMIN, access(Duration.ofHours(1), null));
        ShareView second = shares.share(ADMIN, access(Duration.ofHours(1), null));
        assertThatThrownBy(() -> shares.unshare(READER, first.id())).isInstanceOf(BrokerFailure.Unknown.class);
        assertThat(shares.unshareAll(READER)).isEmpty();
        shares.unshare(ADMIN, first.id());
        assertThatThrownBy(() -> take(by(ROOT, first))).isInstanceOf(BrokerFailure.Denied.class);
        assertThat(take(by(ROOT, second))).isNotNull();
        assertThat(shares.unshareAll(ADMIN_ONLY)).hasSize(1);
        assertThat(sockets.closed).containsExactly(first.id(), second.id());
        assertThat(audit).extracting(AuditEvent::action).contains("share:s1", "unshare:s1", "unshare:s2");
    }

    @Test
    void sharer_losesTheRight_soDoesTheShare() {
        ShareView share = shares.share(ADMIN, access(Duration.ofHours(1), null));
        broker.reconfigure(policy("admin:prod", "kube:prod"), Duration.ofSeconds(45));
        assertThatThrownBy(() -> take(by(ROOT, share)))
                .isInstanceOf(BrokerFailure.Denied.class)
                .hasMessageContaining("whoever shared");
        assertThat(sockets.closed).isEmpty();
        shares.review();
        assertThat(sockets.closed).containsExactly(share.id());
    }

    @Test
    void disown_clientsSecretIsAnother_itsSharesEnd() {
        ShareView share = shares.share(ADMIN, access(Duration.ofHours(1), null));
        shares.disown(Set.of("reader"));
        assertThat(sockets.closed).isEmpty();
        shares.disown(Set.of("admin"));
        assertThat(sockets.closed).containsExactly(share.id());
        assertThatThrownBy(() -> take(by(ROOT, share))).isInstanceOf(BrokerFailure.Denied.class);
    }

    @Test
    void review_sharerStillMay_keepsIt() {
        ShareView share = shares.share(ADMIN, access(Duration.ofHours(1), null));
        broker.reconfigure(policy("admin:prod", "access:*"), Duration.ofSeconds(45));
        shares.review();
        assertThat(take(by(ROOT, share))).isNotNull();
        bench.tokens.reconfigure(List.of(Bench.byPasscode())).run();
        shares.review();
        assertThat(sockets.closed).containsExactly(share.id());
    }

    private static List<Account> meaningAnother() {
        Account before = Bench.byKey();
        return List.of(
                new Account(Bench.PROD, before.login(), "0".repeat(30) + "02", before.cloud(), before.uaa()),
                new Account(Bench.PROD, new Login.Passcode(), before.accountId(), before.cloud(), before.uaa()),
                new Account(
                        Bench.PROD,
                        new Login.Shared(Bench.DEV, Bench.byPasscode().login()),
                        before.accountId(),
                        before.cloud(),
                        before.uaa()),
                new Account(Bench.PROD, before.login(), before.accountId(), Cloud.BLUEMIX_2019, before.uaa()),
                new Account(
                        Bench.PROD, before.login(), before.accountId(), before.cloud(), before.uaa(), "IBMid-other"));
    }

    /** Its name alone was never what was shared: the tokens of the account behind it were. */
    @Test
    void alias_meansAnotherAccount_itsShareGivesNothingOfIt() {
        for (Account another : meaningAnother()) {
            ShareView share = shares.share(ADMIN, access(Duration.ofHours(1), null));
            assertThat(take(by(STRANGER, share))).isNotNull();
            bench.tokens.reconfigure(List.of(another, Bench.byPasscode())).run();
            assertThatThrownBy(() -> take(by(STRANGER, share)))
                    .as("%s", another)
                    .isInstanceOf(BrokerFailure.Denied.class)
                    .hasMessageContaining("over");
            assertThat(shares.shares(ADMIN)).isEmpty();
            shares.review();
            assertThat(sockets.closed).contains(share.id());
            bench.tokens.reconfigure(List.of(Bench.byKey(), Bench.byPasscode())).run();
        }
    }

    /** The account may change between the question whether a client may and the answer. */
    @Test
    void alias_meansAnotherAccountWhileATokenIsMinted_shareGivesNothingOfIt() {
        ShareView share = shares.share(ADMIN, access(Duration.ofHours(1), null));
        bench.tokens.purge(Bench.PROD);
        bench.onLanding(() -> bench.tokens
                .reconfigure(List.of(meaningAnother().getFirst(), Bench.byPasscode()))
                .run());
        assertThatThrownBy(() -> take(by(STRANGER, share))).isInstanceOf(BrokerFailure.Denied.class);
    }

    @Test
    void logout_endsTheSharesOfThatSession_andNoOthers() {
        ShareView own = shares.share(ROOT, access(Duration.ofHours(1), null));
        ShareView other =
                shares.share(DAEMON, new ShareRequest("dev", TokenKind.ACCESS, null, Duration.ofHours(1), null, 0600));
        broker.logout(ROOT, "prod");
        assertThat(sockets.closed).containsExactly(own.id());
        broker.login(ROOT, "prod", new LoginAttempt.Configured());
        assertThatThrownBy(() -> take(by(STRANGER, own))).isInstanceOf(BrokerFailure.Denied.class);
        assertThat(shares.shares(DAEMON)).extracting(ShareView::id).containsExactly(other.id());
    }

    @Test
    void logout_ofTheOwner_endsTheSharesOfThoseThatUseItsLogin() {
        Account user = new Account(
                Bench.PROD,
                new Login.Shared(Bench.DEV, Bench.byPasscode().login()),
                Bench.byKey().accountId(),
                Bench.byKey().cloud(),
                false);
        bench.tokens.reconfigure(List.of(user, Bench.byPasscode())).run();
        ShareView share = shares.share(ADMIN, access(Duration.ofHours(1), null));
        broker.logout(ROOT, "dev");
        assertThat(sockets.closed).containsExactly(share.id());
    }

    @Test
    void share_socketCannotBeHad_saysWhyAndTakesNoPlace() {
        sockets.refusal = "the path is too long";
        for (int i = 0; i < SharePlaces.MOST + 1; i++) {
            assertThatThrownBy(() -> shares.share(ADMIN, access(Duration.ofHours(1), null)))
                    .isInstanceOf(BrokerFailure.StoreFailed.class)
                    .hasMessage("the path is too long");
        }
        assertThat(shares.shares(ADMIN)).isEmpty();
    }

    @Test
    void share_tooMany_isRefusedUntilSomeEnd() {
        for (int i = 0; i < SharePlaces.MOST; i++) {
            shares.share(DAEMON, access(Duration.ofHours(1), null));
        }
        for (ClientIdentity anybody : List.of(DAEMON, ROOT, ADMIN)) {
            assertThatThrownBy(() -> shares.share(anybody, access(Duration.ofHours(1), null)))
                    .isInstanceOf(BrokerFailure.BadRequest.class)
                    .hasMessage("there are 64 shares already: end some with 'iam-broker unshare'");
        }
        shares.unshare(ADMIN, "s1");
        assertThat(shares.share(ADMIN, access(Duration.ofHours(1), null))).isNotNull();
    }

    /** By whichever of its programs, and so by whichever rule, a user cannot take the places of all others. */
    @Test
    void share_tooManyOfOneUser_isRefusedAndOthersMayStill() {
        broker.reconfigure(
                new Policy(
                        List.of(
                                new Rule("seven-of-8", new Match(7, 8, false), rights("admin:prod", "access:prod")),
                                new Rule("seven", new Match(7, null, false), rights("admin:prod", "access:prod")),
                                new Rule("eight", new Match(8, null, false), rights("admin:prod", "access:prod"))),
                        990),
                Duration.ofSeconds(45));
        ClientIdentity seven = ClientIdentity.ofPeer(new Peer(7, 7, Set.of(), 5, 5));
        ClientIdentity sevensOther = ClientIdentity.ofPeer(new Peer(7, 8, Set.of(), 6, 6));
        ClientIdentity eight = ClientIdentity.ofPeer(new Peer(8, 7, Set.of(), 7, 7));
        for (int i = 0; i < SharePlaces.MOST_OF_ONE; i++) {
            shares.share(i % 2 == 0 ? seven : sevensOther, access(Duration.ofHours(1), null));
        }
        for (ClientIdentity one : List.of(seven, sevensOther)) {
            assertThatThrownBy(() -> shares.share(one, access(Duration.ofHours(1), null)))
                    .isInstanceOf(BrokerFailure.BadRequest.class)
                    .hasMessage("you have 16 shares already, and no more are for one user: end some with 'iam-broker"
                            + " unshare'");
        }
        assertThat(shares.share(eight, access(Duration.ofHours(1), null))).isNotNull();
        shares.unshare(eight, "s1");
        assertThat(shares.share(seven, access(Duration.ofHours(1), null))).isNotNull();
    }

    private static List<Right> rights(String... rights) {
        return List.of(rights).stream().map(r -> Right.parse(r).orElseThrow()).toList();
    }

    @Test
    void request_outOfBounds_isRefused() {
        List<Runnable> bad = List.of(
                () -> access(Duration.ZERO, null),
                () -> access(Duration.ofDays(8), null),
                () -> access(Duration.ofHours(1), 0L),
                () -> access(Duration.ofHours(1), 1_000_001L),
                () -> new ShareRequest("prod", TokenKind.ACCESS, "c1", Duration.ofHours(1), null, 0600),
                () -> new ShareRequest("prod", TokenKind.ACCESS, null, Duration.ofHours(1), null, 0777));
        assertThat(bad).allSatisfy(each -> assertThatThrownBy(each::run).isInstanceOf(BrokerFailure.BadRequest.class));
    }
}

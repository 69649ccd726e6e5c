package dev.iambroker.broker;

import static dev.iambroker.token.Bench.DEV;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.AccountState;
import dev.iambroker.account.Cloud;
import dev.iambroker.account.Cluster;
import dev.iambroker.account.ClusterStore;
import dev.iambroker.account.ClustersApi;
import dev.iambroker.account.IbmAccount;
import dev.iambroker.account.KnownCluster;
import dev.iambroker.account.Login;
import dev.iambroker.account.OpenShiftFailure;
import dev.iambroker.account.ServiceFailure;
import dev.iambroker.account.TokenKind;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import dev.iambroker.event.AuditEvent;
import dev.iambroker.event.AuditLog;
import dev.iambroker.event.AuditUnavailable;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.policy.Match;
import dev.iambroker.policy.Policy;
import dev.iambroker.policy.Right;
import dev.iambroker.policy.Rule;
import dev.iambroker.secret.Secret;
import dev.iambroker.token.Bench;
import dev.iambroker.token.ScriptedIam;
import dev.iambroker.token.ScriptedOpenShift;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class GuardedTokenBrokerTest {
    private static final ClientIdentity ROOT = ClientIdentity.ofPeer(new Peer(0, 0, Set.of(), 1, 1));
    private static final ClientIdentity CI = ClientIdentity.ofSecret(Set.of("ci"));
    private static final AccountName OTHER = new AccountName("other");
    private static final String OTHER_ID = "ffffffffffffffffffffffffffffffff";

    private final Clusters clusters = new Clusters();
    private Executor listings = Runnable::run;
    private final List<AuditEvent> audit = new ArrayList<>();
    private final Bench bench = new Bench(
            Bench.byKey(),
            Bench.byPasscode(),
            new Account(OTHER, new Login.ApiKey(Bench.source("other-key")), OTHER_ID, Cloud.IBM_CLOUD, false),
            new Account(new AccountName("unbound"), new Login.ApiKey(Bench.source("k")), null, Cloud.IBM_CLOUD, false),
            new Account(
                    new AccountName("old"),
                    new Login.ApiKey(Bench.source("k")),
                    OTHER_ID,
                    Cloud.BLUEMIX_2017,
                    /* uaa= */ true));
    private final GuardedTokenBroker broker = broker("kube:prod/c-1");

    private GuardedTokenBroker broker(String... rights) {
        return broker(audit::add, rights);
    }

    private GuardedTokenBroker broker(AuditLog log, String... rights) {
        Rule ci = new Rule(
                "ci",
                new Match(null, null, /* secret= */ true),
                List.of(rights).stream().map(r -> Right.parse(r).orElseThrow()).toList());
        bench.started();
        return new GuardedTokenBroker(
                new Policy(List.of(ci), 990),
                bench.tokens,
                (account, token) -> List.of(new IbmAccount("id", "name", "ACTIVE")),
                clusters,
                clusters,
                log,
                bench.time,
                listings,
                Duration.ofSeconds(45));
    }

    private static TokenRequest request(String account, TokenKind kind, @Nullable String cluster) {
        return new TokenRequest(account, kind, cluster, TokenRequest.DEFAULT_MIN_TTL, Duration.ZERO);
    }

    private static KubeRequest kube(@Nullable String account, @Nullable String cluster, @Nullable String server) {
        return new KubeRequest(account, cluster, server, Duration.ofSeconds(60), Duration.ofSeconds(1));
    }

    /** What a client could see in its list helps it and tells it nothing; of the others it learns not even that. */
    @Test
    void unknownAccount_nearestThatTheClientMayList_isNamed() {
        assertThatThrownBy(() -> broker.account(ROOT, "otehr"))
                .isInstanceOf(BrokerFailure.Unknown.class)
                .hasMessageEndingWith("; did you mean \"other\"?");
        assertThatThrownBy(() -> broker.account(ROOT, "nothing-like-it"))
                .isInstanceOf(BrokerFailure.Unknown.class)
                .hasMessageNotContaining("did you mean");
        GuardedTokenBroker ofFew = broker("list:otehr", "list:prod");
        assertThatThrownBy(() -> ofFew.account(CI, "otehr"))
                .isInstanceOf(BrokerFailure.Unknown.class)
                .hasMessageNotContaining("did you mean");
    }

    @Test
    void token_permitted_isHandedOutAndPutOnRecord() {
        TokenGrant grant = broker.token(ROOT, request("prod", TokenKind.ACCESS, null));
        assertThat(grant.left()).isEqualTo(Duration.ofHours(1));
        assertThat(audit).singleElement().satisfies(event -> {
            assertThat(event.allowed()).isTrue();
            assertThat(event.rule()).isEqualTo("owner");
            assertThat(event.fingerprint()).isEqualTo(grant.etag());
        });
    }

    @Test
    void token_onRecord_saysWhetherIamMadeItMeanwhile() {
        bench.tokens.purge(new AccountName("prod"));
        broker.token(ROOT, request("prod", TokenKind.ACCESS, null));
        broker.token(ROOT, request("prod", TokenKind.ACCESS, null));
        broker.tokenNow(ROOT, request("prod", TokenKind.ACCESS, null));
        assertThat(audit)
                .extracting(AuditEvent::source)
                .containsExactly(AuditEvent.Source.MINTED, AuditEvent.Source.CACHED, AuditEvent.Source.CACHED);
    }

    private static TokenRequest patient() {
        return new TokenRequest("prod", TokenKind.ACCESS, null, TokenRequest.DEFAULT_MIN_TTL, Duration.ofSeconds(7));
    }

    private PendingGrant pending() {
        bench.tokens.purge(new AccountName("prod"));
        bench.hold();
        assertThat(broker.tokenNow(ROOT, patient())).isNull();
        return Objects.requireNonNull(broker.pendingToken(ROOT, patient()));
    }

    @Test
    void logout_thatCannotBeWritten_isToldAndChangesNothing() {
        bench.store.full(true);

        assertThatThrownBy(() -> broker.logout(ROOT, "prod"))
                .isInstanceOf(BrokerFailure.Unavailable.class)
                .hasMessageStartingWith("account \"prod\" is as it was: cannot write the session of prod");
        bench.store.full(false);
        assertThat(broker.tokenNow(ROOT, request("prod", TokenKind.ACCESS, null)))
                .isNotNull();
    }

    @Test
    void pendingToken_landed_isHandedOutAndPutOnRecordAsMade() {
        PendingGrant first = pending();
        PendingGrant second = Objects.requireNonNull(broker.pendingToken(ROOT, patient()));
        assertThat(first.landing()).isSameAs(second.landing());
        assertThat(first.patience()).isEqualTo(Duration.ofSeconds(7));
        assertThat(bench.heldFlights()).isEqualTo(1);

        bench.release();

        assertThat(first.landing().toCompletableFuture()).isCompleted();
        assertThat(Objects.requireNonNull(first.take()).left()).isEqualTo(Duration.ofHours(1));
        assertThat(second.take()).isNotNull();
        assertThat(audit).extracting(AuditEvent::source).containsOnly(AuditEvent.Source.MINTED);
        assertThat(audit).hasSize(2);
    }

    @Test
    void pendingToken_patienceEndsFirst_isTold() {
        PendingGrant pending = pending();

        assertThatThrownBy(pending::take)
                .isInstanceOf(BrokerFailure.DeadlineExceeded.class)
                .hasMessageStartingWith("IAM has not answered within 7 s");
        assertThat(audit).isEmpty();
    }

    @Test
    void pendingToken_rightTakenMeanwhile_isDenied() {
        GuardedTokenBroker narrow = broker("access:prod");
        bench.tokens.purge(new AccountName("prod"));
        bench.hold();
        PendingGrant pending = Objects.requireNonNull(narrow.pendingToken(CI, patient()));
        narrow.reconfigure(new Policy(List.of(), 990), Duration.ofSeconds(45));
        bench.release();

        assertThatThrownBy(pending::take).isInstanceOf(BrokerFailure.Denied.class);
    }

    @Test
    void pendingToken_whatCameWasDroppedSince_isToBeAskedForAnew() {
        PendingGrant pending = pending();
        bench.release();
        bench.tokens.purge(new AccountName("prod"));

        assertThat(pending.take()).isNull();
    }

    @Test
    void pendingToken_renewalFails_failureIsTold() {
        PendingGrant pending = pending();

        bench.tokens.stopped();

        assertThatThrownBy(pending::take)
                .isInstanceOf(BrokerFailure.Unavailable.class)
                .hasMessageContaining("the broker is stopping");
    }

    @Test
    void pendingToken_thereByNowOrNotWaitedForOrNotPermitted_isNone() {
        assertThat(broker.pendingToken(ROOT, patient())).isNull();
        bench.tokens.purge(new AccountName("prod"));
        assertThat(broker.pendingToken(ROOT, request("prod", TokenKind.ACCESS, null)))
                .isNull();
        assertThatThrownBy(() -> broker.pendingToken(CI, patient())).isInstanceOf(BrokerFailure.Denied.class);
    }

    /** Nothing goes out without its record, and the event loop never waits for a disk. */
    @Test
    void token_auditRequiredAndNotWritable_isRefusedOffTheEventLoop() {
        boolean[] isFull = {true};
        var required = new AuditLog() {
            @Override
            public void record(AuditEvent event) {
                audit.add(event);
            }

            @Override
            public boolean isRequired() {
                return true;
            }

            @Override
            public void require(AuditEvent event) {
                if (isFull[0]) {
                    throw new AuditUnavailable("no room");
                }
                audit.add(event);
            }
        };
        GuardedTokenBroker strict = broker(required, "access:prod");
        assertThat(strict.tokenNow(CI, request("prod", TokenKind.ACCESS, null))).isNull();
        assertThat(strict.kubeCredentialNow(ROOT, kube("prod", null, null))).isNull();
        assertThatThrownBy(() -> strict.token(CI, request("prod", TokenKind.ACCESS, null)))
                .isInstanceOfSatisfying(
                        BrokerFailure.Unrecorded.class,
                        failure -> assertThat(failure.about().retryAfter()).isEqualTo(Duration.ofSeconds(5)));
        assertThat(strict.accounts(ROOT)).isNotEmpty();
        assertThat(audit).isEmpty();
        isFull[0] = false;
        assertThat(strict.token(CI, request("prod", TokenKind.ACCESS, null))).isNotNull();
        assertThat(audit).hasSize(1);
    }

    @Test
    void administered_onlyByThoseWhoAdministerAll_andOnRecordEitherWay() {
        GuardedTokenBroker ofOne = broker("admin:prod");
        assertThatThrownBy(() -> ofOne.administered(CI, "audit-verify")).isInstanceOf(BrokerFailure.Denied.class);
        broker("admin:*").administered(CI, "audit-verify");
        assertThat(audit).extracting(AuditEvent::allowed).containsExactly(false, true);
        assertThat(audit).extracting(AuditEvent::account).containsOnly("*");
    }

    @Test
    void token_rightTakenAwayWhileItIsWaitedFor_isDenied() {
        bench.iam.beforeAnswer(() -> broker.reconfigure(new Policy(List.of(), 990), Duration.ZERO));
        assertThatThrownBy(() -> broker.token(CI, request("prod", TokenKind.KUBE, "c-1")))
                .isInstanceOf(BrokerFailure.Denied.class);
        assertThat(audit)
                .singleElement()
                .satisfies(event -> assertThat(event.allowed()).isFalse());
    }

    @Test
    void token_accountTakenAwayWhileItIsWaitedFor_isUnknown() {
        bench.hold();
        assertThatThrownBy(() -> broker.token(ROOT, request("prod", TokenKind.KUBE, null)))
                .isInstanceOf(BrokerFailure.DeadlineExceeded.class);
        bench.tokens.reconfigure(List.of()).run();
        bench.release();
        assertThatThrownBy(() -> broker.token(ROOT, request("prod", TokenKind.KUBE, null)))
                .isInstanceOf(BrokerFailure.Unknown.class);
        assertThat(broker.accounts(ROOT)).isEmpty();
        assertThat(broker.readiness().isReady()).isTrue();
    }

    @Test
    void reconfigure_rightsAndMargin_applyAtOnce() {
        assertThatThrownBy(() -> broker.token(CI, request("prod", TokenKind.ACCESS, null)))
                .isInstanceOf(BrokerFailure.Denied.class);
        Rule more = new Rule(
                "ci",
                new Match(null, null, /* secret= */ true),
                List.of(Right.parse("access:prod").orElseThrow()));
        broker.reconfigure(new Policy(List.of(more), 990), Duration.ofMinutes(5));
        assertThat(broker.token(CI, request("prod", TokenKind.ACCESS, null))).isNotNull();
        KubeCredential credential = broker.kubeCredential(ROOT, kube("prod", null, null));
        assertThat(Duration.between(
                        credential.expirationTimestamp(), credential.grant().expiresAt()))
                .isBetween(Duration.ofMinutes(5), Duration.ofMinutes(5).plusSeconds(1));
    }

    /** Each name that a stranger makes up would be a line of its own, and in the end the disk's last. */
    @Test
    void record_refusedAtClustersThatNobodyKnows_isOneWord() {
        clusters.have("prod", "c-7", "https://c7.example");
        ClientIdentity stranger = ClientIdentity.ofSecret(Set.of("nobody-knows"));
        broker.kubeCredential(ROOT, kube(null, null, "https://c7.example"));
        audit.clear();
        for (String cluster : List.of("c1", "c2", "c-7", "c-1")) {
            assertThatThrownBy(() -> broker.token(stranger, request("prod", TokenKind.KUBE, cluster)))
                    .isInstanceOf(BrokerFailure.Denied.class);
        }
        assertThatThrownBy(() -> broker.token(stranger, request("nothing", TokenKind.KUBE, "c-7")))
                .isInstanceOf(BrokerFailure.Denied.class);
        assertThat(audit)
                .extracting(AuditEvent::cluster)
                .containsExactly("(not known)", "(not known)", "c-7", "c-1", "(not known)");
    }

    @Test
    void kubeCredential_serverAloneByWhoHasNoClusterAnywhere_isDeniedAndOnRecord() {
        clusters.have("prod", "c-1", "https://c1.example:30000");
        GuardedTokenBroker other = broker("access:*");
        for (String server : List.of("https://c1.example:30000", "https://c2.example")) {
            assertThatThrownBy(() -> other.kubeCredentialNow(CI, kube(null, null, server)))
                    .isInstanceOf(BrokerFailure.Denied.class);
            assertThatThrownBy(() -> other.kubeCredential(CI, kube(null, null, server)))
                    .isInstanceOf(BrokerFailure.Denied.class)
                    .hasMessage("client \"ci\" has no right to this");
        }
        assertThat(audit).hasSize(4).allSatisfy(event -> {
            assertThat(event.action()).isEqualTo("kube");
            assertThat(event.account()).isEqualTo("*");
            assertThat(event.allowed()).isFalse();
            assertThat(event.rule()).isEqualTo("ci");
        });
    }

    @Test
    void wrongSecret_isOnRecord() {
        ClientIdentity somebody = ClientIdentity.ofPeer(new Peer(1234, 1234, Set.of(), 9, 9));
        broker.wrongSecret(somebody);
        assertThat(audit)
                .containsExactly(
                        new AuditEvent(bench.time.now(), somebody, "wrong-secret", "*", null, false, "nobody"));
    }

    @Test
    void record_ofWhatIsNoName_keepsNothingOfIt() {
        String key = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdEf";
        broker.token(ROOT, request("prod", TokenKind.KUBE, key));
        assertThatThrownBy(() -> broker.token(CI, request(key, TokenKind.KUBE, key)))
                .isInstanceOf(BrokerFailure.Denied.class);
        broker.token(ROOT, request("prod", TokenKind.KUBE, "bk2mc9ld0gqmsh5s3lhg"));

        assertThat(audit).extracting(AuditEvent::account).containsExactly("prod", "(not configured)", "prod");
        assertThat(audit)
                .extracting(AuditEvent::cluster)
                .containsExactly("(not a name)", "(not a name)", "bk2mc9ld0gqmsh5s3lhg");
    }

    @Test
    void clientWithoutAnyRight_cannotTellWhetherAnAccountExists() {
        for (String name : List.of("other", "no-such-account", "not a name")) {
            assertThatThrownBy(() -> broker.token(CI, request(name, TokenKind.ACCESS, null)))
                    .isInstanceOf(BrokerFailure.Denied.class)
                    .hasMessage("client \"ci\" has no right to this");
        }
        assertThatThrownBy(() -> broker.token(ROOT, request("no-such-account", TokenKind.ACCESS, null)))
                .isInstanceOf(BrokerFailure.Unknown.class);
    }

    @Test
    void loginRequired_saysTheCommand() {
        assertThatThrownBy(() -> broker.token(ROOT, request("dev", TokenKind.ACCESS, null)))
                .isInstanceOf(BrokerFailure.Conflict.class)
                .hasMessage("account \"dev\" needs a login: run 'iam-broker login dev'");
    }

    @Test
    void unboundAccount_kube_saysTheLineToAdd() {
        assertThatThrownBy(() -> broker.token(ROOT, request("unbound", TokenKind.KUBE, null)))
                .hasMessageContaining("add 'account-id: <id>' under accounts.unbound");
        assertThat(broker.token(ROOT, request("unbound", TokenKind.ACCESS, null))
                        .left())
                .isPositive();
    }

    @Test
    void kubeOfTheOldestCloud_andUaaOfAnAccountWithout_areBadRequests() {
        assertThatThrownBy(() -> broker.token(ROOT, request("old", TokenKind.KUBE, null)))
                .isInstanceOf(BrokerFailure.BadRequest.class);
        assertThatThrownBy(() -> broker.token(ROOT, request("prod", TokenKind.UAA, null)))
                .isInstanceOf(BrokerFailure.BadRequest.class);
        assertThat(broker.token(ROOT, request("old", TokenKind.UAA, null)).left())
                .isPositive();
    }

    @Test
    void kubeCredential_accountAndClusterNamed_looksNothingUp() {
        KubeCredential credential = broker.kubeCredential(CI, kube("prod", "c-1", null));
        assertThat(credential.expirationTimestamp())
                .isEqualTo(credential.grant().expiresAt().minusSeconds(45));
        assertThat(clusters.listed).isEmpty();
    }

    @Test
    void kubeCredential_knownServer_findsTheAccount() {
        clusters.have("prod", "c-1", "https://c1.example:30000");
        KubeCredential credential = broker.kubeCredential(ROOT, kube(null, null, "https://C1.example:30000/"));
        assertThat(credential.grant().account().value()).isEqualTo("prod");
        assertThat(clusters.listed).contains("prod");
        clusters.listed.clear();
        broker.kubeCredential(ROOT, kube(null, null, "https://c1.example:30000"));
        assertThat(clusters.listed).isEmpty();
    }

    @Test
    void cluster_thatIbmCloudDoesNotKnow_saysWhatListsThem() {
        clusters.have("prod", "c-1", "https://c1.example:30000");
        assertThatThrownBy(() -> broker.cluster(ROOT, "prod", "c-2"))
                .isInstanceOfSatisfying(
                        BrokerFailure.Unknown.class,
                        failure -> assertThat(failure.about().hint()).isEqualTo("iam-broker clusters prod"));
    }

    @Test
    void kubeCredential_unknownServer_isRefused() {
        clusters.have("prod", "c-1", "https://c1.example:30000");
        assertThatThrownBy(() -> broker.kubeCredential(ROOT, kube("prod", "c-1", "https://evil.example")))
                .isInstanceOfSatisfying(BrokerFailure.Unknown.class, failure -> {
                    assertThat(failure.about().hint()).isEqualTo("iam-broker clusters prod");
                    assertThat(failure)
                            .hasMessageContaining("no cluster of account \"prod\"")
                            .hasMessageContaining("run 'iam-broker kubeconfig prod c-1 --merge --overwrite'");
                });
        assertThatThrownBy(() -> broker.kubeCredential(ROOT, kube("prod", "c; rm -r", "https://evil.example")))
                .hasMessageContaining("run 'iam-broker kubeconfig prod CLUSTER --merge --overwrite'");
    }

    @Test
    void kubeCredential_anothersServer_isDeniedWithoutItsName() {
        clusters.have("other", "c-9", "https://c9.example");
        broker.clusters(ROOT, "other");
        clusters.have("prod", "c-1", "https://c1.example");
        assertThatThrownBy(() -> broker.kubeCredential(CI, kube("prod", null, "https://c9.example")))
                .isInstanceOf(BrokerFailure.Denied.class)
                .hasMessageContaining("another account")
                .hasMessageNotContaining("other\"");
        assertThatThrownBy(() -> broker.kubeCredential(ROOT, kube("prod", null, "https://c9.example")))
                .hasMessageContaining("account \"other\"");
    }

    @Test
    void kubeCredential_containersDown_isUnavailableUnlessPersisted() {
        clusters.failure = new ServiceFailure("containers at test is down", ServiceFailure.NO_STATUS, null);
        assertThatThrownBy(() -> broker.kubeCredential(ROOT, kube("prod", null, "https://c1.example")))
                .isInstanceOf(BrokerFailure.Unavailable.class);
        clusters.kept.add(new KnownCluster(
                Bench.PROD, ScriptedIam.ACCOUNT_ID, Clusters.cluster("c-1", "https://c1.example"), null));
        assertThat(broker("kube:prod")
                        .kubeCredential(CI, kube("prod", null, "https://c1.example"))
                        .grant()
                        .account())
                .isEqualTo(Bench.PROD);
    }

    @Test
    void kubeCredential_serverKeptForAnAliasThatIsGone_findsTheAliasOfToday() {
        clusters.kept.add(new KnownCluster(
                new AccountName("aaa-renamed"),
                ScriptedIam.ACCOUNT_ID,
                Clusters.cluster("c-1", "https://c1.example"),
                null));
        clusters.have("prod", "c-1", "https://c1.example");
        KubeCredential credential = broker("kube:prod").kubeCredential(ROOT, kube(null, null, "https://c1.example"));
        assertThat(credential.grant().account()).isEqualTo(Bench.PROD);
    }

    @Test
    void kubeCredential_serverKeptWhileTheAliasStoodForAnotherAccount_getsNoTokenOfTodays() {
        clusters.kept.add(
                new KnownCluster(Bench.PROD, "another-account", Clusters.cluster("c-1", "https://c1.example"), null));
        assertThatThrownBy(() -> broker("kube:prod").kubeCredential(ROOT, kube("prod", null, "https://c1.example")))
                .isInstanceOf(BrokerFailure.Unknown.class);
        assertThat(clusters.listed).containsExactly("prod");
    }

    @Test
    void kubeCredential_containersHang_isAnsweredWithinThePatience() {
        listings = listing -> {};
        GuardedTokenBroker hanging = broker("kube:*");
        KubeRequest brief =
                new KubeRequest(null, null, "https://c1.example", Duration.ofSeconds(60), Duration.ofMillis(20));
        assertThatThrownBy(() -> hanging.kubeCredential(ROOT, brief))
                .isInstanceOf(BrokerFailure.DeadlineExceeded.class);
    }

    @Test
    void kubeCredential_anAccountThatNeedsALogin_hidesNotTheOthers() {
        clusters.have("prod", "c-1", "https://c1.example");
        assertThatThrownBy(() -> broker.kubeCredential(ROOT, kube(null, null, "https://nowhere.example")))
                .isInstanceOf(BrokerFailure.Unknown.class);
        assertThatThrownBy(() -> broker.kubeCredential(ROOT, kube("dev", null, "https://nowhere.example")))
                .hasMessageContaining("iam-broker login dev");
    }

    @Test
    void kubeCredential_serverOfSeveralAccounts_isServedByOneThatCan() {
        clusters.kept.add(
                new KnownCluster(DEV, ScriptedIam.ACCOUNT_ID, Clusters.cluster("c-1", "https://c1.example"), null));
        clusters.kept.add(new KnownCluster(
                Bench.PROD, ScriptedIam.ACCOUNT_ID, Clusters.cluster("c-1", "https://c1.example"), null));
        assertThat(broker("kube:*")
                        .kubeCredential(ROOT, kube(null, null, "https://c1.example"))
                        .grant()
                        .account())
                .isEqualTo(Bench.PROD);
    }

    @Test
    void kubeCredential_anotherClusterOfTheAccount_saysSo() {
        clusters.have("prod", "c-1", "https://c1.example");
        assertThatThrownBy(() -> broker.kubeCredential(ROOT, kube("prod", "c-2", "https://c1.example")))
                .isInstanceOf(BrokerFailure.Denied.class)
                .hasMessageContaining("another cluster than the one that it names");
    }

    @Test
    void openShift_token_isTheClustersOwn_forThoseWithARightOnIt() {
        clusters.haveOpenShift("prod", "c-1");
        clusters.haveOpenShift("prod", "c-2");
        TokenGrant own = broker.token(CI, request("prod", TokenKind.KUBE, "c-1"));
        assertThat(own.left()).isEqualTo(Duration.ofHours(24));
        assertThat(own.kind()).isEqualTo(TokenKind.KUBE);
        assertThat(broker.token(ROOT, request("prod", TokenKind.KUBE, "name-c-1"))
                        .etag())
                .isEqualTo(own.etag());
        assertThat(Objects.requireNonNull(broker.tokenNow(CI, request("prod", TokenKind.KUBE, "c-1")))
                        .etag())
                .isEqualTo(own.etag());
        assertThatThrownBy(() -> broker.token(CI, request("prod", TokenKind.KUBE, "c-2")))
                .isInstanceOf(BrokerFailure.Denied.class)
                .hasMessage("client \"ci\" has no right to this");
        assertThat(broker.token(ROOT, request("prod", TokenKind.KUBE, null)).left())
                .isEqualTo(Duration.ofHours(1));
        assertThat(bench.openShift.asked()).containsExactly("c-1");
        assertThat(audit.getFirst().cluster()).isEqualTo("c-1");
        assertThat(audit.getFirst().fingerprint()).isEqualTo(own.etag());
        assertThat(audit.getFirst().source()).isEqualTo(AuditEvent.Source.MINTED);
        assertThat(broker.account(ROOT, "prod").openShiftTokens()).containsOnlyKeys("c-1");
    }

    @Test
    void openShift_kubeCredentialByServer_isTheClustersOwn() {
        clusters.haveOpenShift("prod", "c-1");
        KubeCredential credential = broker.kubeCredential(CI, kube("prod", "c-1", "https://c-1.example:30000"));
        assertThat(credential.grant().left()).isEqualTo(Duration.ofHours(24));
        assertThat(credential.expirationTimestamp())
                .isEqualTo(credential.grant().expiresAt().minusSeconds(45));
        assertThat(broker.kubeCredentialNow(CI, kube("prod", "c-1", null))).isEqualTo(credential);
    }

    @Test
    void openShift_watch_seesTheNextTokenOfThatCluster() {
        clusters.haveOpenShift("prod", "c-1");
        TokenRequest ofCluster = request("prod", TokenKind.KUBE, "c-1");
        TokenGrant first = broker.token(CI, ofCluster);
        assertThat(broker.watch(CI, ofCluster, first.etag(), Duration.ofMillis(5)))
                .isNull();
        bench.tokens.purge(Bench.PROD);
        TokenGrant second = broker.token(CI, ofCluster);
        assertThat(Objects.requireNonNull(broker.watch(CI, ofCluster, first.etag(), Duration.ofSeconds(5)))
                        .etag())
                .isEqualTo(second.etag());
    }

    @Test
    void openShift_clusterThatRefuses_isAConflict_andOneThatFailsIsUnavailable() {
        clusters.haveOpenShift("prod", "c-1");
        bench.openShift.failWith("c-1", () -> new OpenShiftFailure(OpenShiftFailure.Kind.REFUSED, "cluster c-1: no"));
        assertThatThrownBy(() -> broker.token(CI, request("prod", TokenKind.KUBE, "c-1")))
                .isInstanceOfSatisfying(
                        BrokerFailure.Conflict.class,
                        failure -> assertThat(failure.kind()).isEqualTo(BrokerFailure.Conflict.Kind.CLUSTER_REFUSED))
                .hasMessage("no token of account \"prod\": cluster c-1: no");
        clusters.haveOpenShift("prod", "c-3");
        broker.clustersNow(ROOT, "prod");
        bench.openShift.failWith("c-3", () -> new OpenShiftFailure(OpenShiftFailure.Kind.RETRY, "cluster c-3: down"));
        assertThatThrownBy(() -> broker.token(ROOT, request("prod", TokenKind.KUBE, "c-3")))
                .isInstanceOfSatisfying(
                        BrokerFailure.Unavailable.class,
                        failure -> assertThat(failure.about().retryAfter()).isPositive());
        assertThat(broker.account(ROOT, "prod").state()).isEqualTo(AccountState.VALID);
    }

    @Test
    void clusterThatNobodyHasSeen_isLookedForOnceAMinute_andServedAsKubernetesMeanwhile() {
        TokenRequest unseen = request("prod", TokenKind.KUBE, "c-9");
        assertThat(broker.tokenNow(ROOT, unseen)).isNull();
        assertThat(broker.token(ROOT, unseen).left()).isEqualTo(Duration.ofHours(1));
        assertThat(broker.tokenNow(ROOT, unseen)).isNotNull();
        broker.token(ROOT, request("prod", TokenKind.KUBE, "c-10"));
        assertThat(clusters.listed).containsExactly("prod");

        bench.time.advance(Duration.ofSeconds(61));
        clusters.failure = new ServiceFailure("containers at test is down", ServiceFailure.NO_STATUS, null);
        assertThat(broker.token(ROOT, unseen).left()).isPositive();
        clusters.failure = null;
        clusters.haveOpenShift("prod", "c-9");
        bench.time.advance(Duration.ofSeconds(61));
        assertThat(broker.token(ROOT, unseen).left()).isEqualTo(Duration.ofHours(24));
    }

    @Test
    void clusterThatNobodyHasSeen_noRight_isNotLookedFor() {
        assertThatThrownBy(() -> broker.token(CI, request("other", TokenKind.KUBE, "c-1")))
                .isInstanceOf(BrokerFailure.Denied.class);
        assertThat(clusters.listed).isEmpty();
    }

    @Test
    void rightByName_clusterById_isLookedUpOnce() {
        clusters.have("prod", "c-1", "https://c1.example");
        GuardedTokenBroker byName = broker("kube:prod/name");
        TokenRequest byId = request("prod", TokenKind.KUBE, "c-1");
        assertThat(byName.tokenNow(CI, byId)).isNull();
        assertThat(byName.token(CI, byId).kind()).isEqualTo(TokenKind.KUBE);
        assertThat(byName.tokenNow(CI, byId)).isNotNull();
        assertThat(clusters.listed).containsExactly("prod");
        assertThatThrownBy(() -> byName.token(CI, request("prod", TokenKind.KUBE, "c-2")))
                .isInstanceOf(BrokerFailure.Denied.class);
    }

    @Test
    void oldestCloud_kubeconfig_isABadRequestThatNobodySends() {
        assertThatThrownBy(() -> broker.clusterAccess(ROOT, "old", "c-1")).isInstanceOf(BrokerFailure.BadRequest.class);
        assertThat(clusters.listed).isEmpty();
    }

    @Test
    void sameNameTwice_isAmbiguousWithItsIds() {
        clusters.have("prod", "c-1", "https://a.example");
        clusters.have("prod", "c-2", "https://b.example");
        broker.clusters(ROOT, "prod");
        assertThatThrownBy(() -> broker.cluster(ROOT, "prod", "name"))
                .isInstanceOf(BrokerFailure.Conflict.class)
                .hasMessageContaining("c-1")
                .hasMessageContaining("c-2");
    }

    @Test
    void login_thatCouldNotLast_isRefusedBeforeItIsSent() {
        assertThatThrownBy(() -> broker.login(ROOT, "prod", new LoginAttempt.Passcode(Secret.of("p"))))
                .isInstanceOf(BrokerFailure.BadRequest.class);
        assertThatThrownBy(() -> broker.login(ROOT, "dev", new LoginAttempt.Configured()))
                .isInstanceOf(BrokerFailure.BadRequest.class)
                .hasMessageContaining("passcode");
        assertThat(bench.iam.count("passcode")).isZero();
    }

    @Test
    void login_refusedByIam_carriesItsCode() {
        bench.iam.failWith(() -> new IamFailure.Reauthenticate("BXNIM0602E: wrong passcode", 400, "BXNIM0602E"));
        assertThatThrownBy(() -> broker.login(ROOT, "dev", new LoginAttempt.Passcode(Secret.of("p"))))
                .isInstanceOfSatisfying(
                        BrokerFailure.LoginRefused.class,
                        refused -> assertThat(refused.about().iamCode()).isEqualTo("BXNIM0602E"));
    }

    @Test
    void login_whileIamAsksForTime_saysWhenToComeBack() {
        Duration time = Duration.ofSeconds(7);
        bench.iam.failWith(() -> new IamFailure.Retry("too many requests", 429, null, time));
        assertThatThrownBy(() -> broker.login(ROOT, "dev", new LoginAttempt.Passcode(Secret.of("p"))))
                .isInstanceOfSatisfying(
                        BrokerFailure.Unavailable.class,
                        later -> assertThat(later.about().retryAfter()).isEqualTo(time));
    }

    @Test
    void readiness_neverLoggedInAndDisabled_doNotCount() {
        assertThat(broker.readiness().isReady()).isTrue();
        broker.logout(ROOT, "prod");
        assertThat(broker.readiness().isReady()).isTrue();
        assertThat(broker.readiness(ROOT, "dev").isReady()).isFalse();
        broker.login(ROOT, "dev", new LoginAttempt.Passcode(Secret.of("p")));
        assertThat(broker.readiness(ROOT, "dev").isReady()).isTrue();
        bench.iam.revokeAll();
        bench.time.advance(Duration.ofHours(2));
        assertThat(broker.readiness().notReady()).containsExactly(DEV);
    }

    @Test
    void accounts_areThoseTheClientHasAnyRightOn() {
        assertThat(broker.accounts(CI)).extracting(view -> view.name().value()).containsExactly("prod");
        assertThat(broker.accounts(ROOT)).hasSize(5);
        assertThat(broker.account(ROOT, "dev").state()).isEqualTo(AccountState.LOGIN_REQUIRED);
        assertThat(broker.account(ROOT, "prod").iamId()).isEqualTo("IBMid-1");
    }

    @Test
    void accessible_isWhatTheClientMayHaveTheAccessTokenOf() {
        assertThat(broker("access:prod", "kube:*", "list:dev", "admin:*").accessible(CI))
                .containsExactly("prod");
        assertThat(broker.accessible(CI)).isEmpty();
        assertThat(broker.accessible(ROOT)).hasSize(5);
        assertThat(broker.accessible(ClientIdentity.ofSecret(Set.of()))).isEmpty();
    }

    @Test
    void watch_newToken_comesAsSoonAsThereIsOne() throws Exception {
        TokenRequest access = request("prod", TokenKind.ACCESS, null);
        TokenGrant first = broker.token(ROOT, access);
        assertThat(broker.watch(ROOT, access, first.etag(), Duration.ofMillis(10)))
                .isNull();
        bench.time.advance(Duration.ofMinutes(40));
        TokenGrant next = broker.watch(ROOT, access, first.etag(), Duration.ofSeconds(5));
        assertThat(next).isNotNull();
    }

    @Test
    void clusters_listedLately_areNotAskedForAgain() {
        clusters.have("prod", "c-1", "https://c1.example");
        assertThat(broker.clusters(ROOT, "prod")).hasSize(1);
        clusters.have("prod", "c-2", "https://c2.example");
        clusters.failure = new ServiceFailure("containers at test is down", ServiceFailure.NO_STATUS, null);

        bench.time.advance(ClusterLists.AGE.minusSeconds(1));
        assertThat(broker.clusters(ROOT, "prod")).hasSize(1);
        bench.time.advance(Duration.ofSeconds(1));
        assertThatThrownBy(() -> broker.clusters(ROOT, "prod")).isInstanceOf(BrokerFailure.Unavailable.class);
        clusters.failure = null;
        assertThat(broker.clusters(ROOT, "prod")).hasSize(2);
        assertThat(clusters.listed).containsExactly("prod", "prod", "prod");
    }

    @Test
    void clustersNow_alwaysAsks_andOthersSeeItToo() {
        broker.clusters(ROOT, "prod");
        clusters.have("prod", "c-1", "https://c1.example");
        assertThat(broker.clusters(ROOT, "prod")).isEmpty();
        assertThat(broker.clustersNow(ROOT, "prod")).hasSize(1);
        assertThat(broker.clusters(ROOT, "prod")).hasSize(1);
        assertThat(clusters.listed).containsExactly("prod", "prod");
    }

    /** Whoever has no right sees nothing of what was listed for somebody else. */
    @Test
    void clusters_listedLately_stillNeedTheRight() {
        broker.clusters(ROOT, "other");
        assertThatThrownBy(() -> broker.clusters(CI, "other")).isInstanceOf(BrokerFailure.Denied.class);
    }

    @Test
    void clusters_afterLogoutLoginOrPurge_areAskedForAgain() {
        broker.clusters(ROOT, "prod");
        broker.purge(ROOT, "prod");
        broker.clusters(ROOT, "prod");
        assertThat(clusters.listed).hasSize(2);
        broker.login(ROOT, "prod", new LoginAttempt.Configured());
        broker.clusters(ROOT, "prod");
        assertThat(clusters.listed).hasSize(3);
        broker.logout(ROOT, "prod");
        assertThatThrownBy(() -> broker.clusters(ROOT, "prod")).isInstanceOf(BrokerFailure.Conflict.class);
    }

    /** The containers service and the list that is kept of it. */
    static final class Clusters implements ClustersApi, ClusterStore {
        private final List<KnownCluster> have = new ArrayList<>();
        private final List<KnownCluster> kept = new ArrayList<>();
        private final List<String> listed = new ArrayList<>();

        @Nullable
        ServiceFailure failure;

        static Cluster cluster(String id, String url) {
            return new Cluster(id, "name", "kubernetes", "classic", null, "normal", null, url, null, Set.of(url));
        }

        void haveOpenShift(String account, String id) {
            have.add(new KnownCluster(
                    new AccountName(account), ScriptedIam.ACCOUNT_ID, ScriptedOpenShift.cluster(id), null));
        }

        void have(String account, String id, String url) {
            have.add(new KnownCluster(new AccountName(account), ScriptedIam.ACCOUNT_ID, cluster(id, url), null));
        }

        @Override
        public List<Cluster> list(Account account, Secret accessToken, @Nullable Secret refreshToken) {
            listed.add(account.name().value());
            if (failure != null) {
                throw failure;
            }
            return have.stream()
                    .filter(known -> known.account().equals(account.name()))
                    .map(KnownCluster::cluster)
                    .toList();
        }

        @Override
        public Cluster get(Account account, Secret accessToken, @Nullable Secret refreshToken, String idOrName) {
            return list(account, accessToken, refreshToken).stream()
                    .filter(cluster -> cluster.id().equals(idOrName))
                    .findFirst()
                    .orElseThrow(() -> new ServiceFailure("no such cluster", 404, "G0004"));
        }

        @Override
        public @Nullable String certificateAuthority(
                Account account, Secret accessToken, @Nullable Secret refreshToken, Cluster cluster) {
            return "CA";
        }

        @Override
        public List<KnownCluster> load() {
            return kept;
        }

        @Override
        public void save(AccountName account, List<KnownCluster> clusters) {}
    }
}

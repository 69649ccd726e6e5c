package dev.iambroker.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.AccountsApi;
import dev.iambroker.client.Caller;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import dev.iambroker.event.AuditEvent;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.policy.Policy;
import dev.iambroker.token.Bench;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** client-go runs its plugin again when the API server answers 401; a token that is not taken must not be given again. */
final class SecondAsksTest {
    private static final ClientIdentity ROOT = ClientIdentity.ofPeer(new Peer(0, 0, Set.of(), 1, 1));
    private static final ClientIdentity NOBODY = ClientIdentity.ofPeer(new Peer(7, 7, Set.of(), 1, 1));
    private static final Caller KUBECTL = new Caller(77, 1000, "kubectl");
    private static final AccountsApi NO_ACCOUNTS = (account, token) -> List.of();

    private final GuardedTokenBrokerTest.Clusters clusters = new GuardedTokenBrokerTest.Clusters();
    private final List<AuditEvent> audit = new ArrayList<>();
    private final Bench bench = new Bench(Bench.byKey()).started();
    private final GuardedTokenBroker broker = new GuardedTokenBroker(
            new Policy(List.of(), 990),
            bench.tokens,
            NO_ACCOUNTS,
            clusters,
            clusters,
            audit::add,
            bench.time,
            Runnable::run,
            Duration.ofSeconds(45));

    private static KubeRequest request(@Nullable Caller caller, @Nullable String cluster) {
        return new KubeRequest("prod", cluster, null, Duration.ofSeconds(60), Duration.ofSeconds(1), caller);
    }

    /** As the server asks: first without waiting. */
    private String ask(@Nullable Caller caller, @Nullable String cluster) {
        KubeRequest request = request(caller, cluster);
        KubeCredential now = broker.kubeCredentialNow(ROOT, request);
        KubeCredential credential = now == null ? broker.kubeCredential(ROOT, request) : now;
        return credential.grant().etag();
    }

    private String ask() {
        return ask(KUBECTL, null);
    }

    @Test
    void sameProcessAtOnceAgain_getsAnotherToken() {
        String refused = ask();
        bench.time.advance(Duration.ofSeconds(2));
        String second = ask();
        assertThat(second).isNotEqualTo(refused);
        assertThat(audit.getLast().source()).isEqualTo(AuditEvent.Source.CACHED);
    }

    @Test
    void serverThatRefusesEveryToken_costsOneMintAMinute() {
        ask();
        int before = bench.iam.asked().size();
        for (int second = 0; second < 59; second++) {
            ask();
            bench.time.advance(Duration.ofSeconds(1));
        }
        assertThat(bench.iam.asked()).hasSize(before + 1);
        bench.time.advance(Duration.ofSeconds(2));
        ask();
        ask();
        assertThat(bench.iam.asked()).hasSize(before + 2);
    }

    @Test
    void later_anotherProcess_anotherCluster_orNobodyKnown_getWhatIsThere() {
        String token = ask();
        assertThat(ask(new Caller(77, 2000, "kubectl"), null)).isEqualTo(token);
        assertThat(ask(new Caller(78, 1000, "kubectl"), null)).isEqualTo(token);
        assertThat(ask(new Caller(77, 1000, "kubectl.1.31"), null)).isEqualTo(token);
        assertThat(ask(null, null)).isEqualTo(token);
        assertThat(ask(null, null)).isEqualTo(token);
        bench.time.advance(Duration.ofSeconds(11));
        assertThat(ask()).isEqualTo(token);
    }

    @Test
    void tokenThatWasRenewedMeanwhile_isGivenWithoutAnotherMint() {
        ask();
        bench.tokens.purge(new AccountName("prod"));
        long before = bench.iam.count("kube-apikey");
        String renewed = ask();
        assertThat(bench.iam.count("kube-apikey")).isEqualTo(before + 1);
        assertThat(renewed).isNotEmpty();
    }

    @Test
    void whileIamIsDown_theTokenIsGivenAgain() {
        String token = ask();
        bench.iam.failWith(() -> new IamFailure.Retry("down", 503, null, null));
        assertThat(ask()).isEqualTo(token);
    }

    @Test
    void withoutTheRight_nothingIsMinted() {
        ask();
        int before = bench.iam.asked().size();
        assertThatThrownBy(() -> broker.kubeCredential(NOBODY, request(KUBECTL, null)))
                .isInstanceOf(BrokerFailure.Denied.class);
        assertThat(bench.iam.asked()).hasSize(before);
    }
}

package dev.iambroker.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.Cluster;
import dev.iambroker.account.ClustersApi;
import dev.iambroker.account.IbmAccount;
import dev.iambroker.account.ServiceFailure;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.policy.Policy;
import dev.iambroker.secret.Reveals;
import dev.iambroker.secret.Secret;
import dev.iambroker.token.Bench;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is asked of IBM's other services when one of them refuses a token, or somebody logs out meanwhile. */
@Reveals("plays a service, which reads what it is sent")
final class AccountServicesTest {
    private static final ClientIdentity ROOT = ClientIdentity.ofPeer(new Peer(0, 0, Set.of(), 1, 1));
    private static final AccountName PROD = Bench.PROD;
    private static final Cluster CLUSTER = new Cluster(
            "c-1",
            "name",
            "kubernetes",
            "classic",
            null,
            "normal",
            null,
            "https://c1.example",
            null,
            Set.of("https://c1.example"));

    private final Bench bench = new Bench(Bench.byKey());
    private final Service service = new Service();
    private final GuardedTokenBroker broker = broker();

    private GuardedTokenBroker broker() {
        bench.started();
        // Older than the least interval, within which nothing is renewed.
        bench.time.advance(Duration.ofMinutes(1));
        return new GuardedTokenBroker(
                new Policy(List.of(), 990),
                bench.tokens,
                (account, token) -> service.accounts(token),
                service,
                new GuardedTokenBrokerTest.Clusters(),
                event -> {},
                bench.time,
                Runnable::run,
                Duration.ofSeconds(45));
    }

    @Test
    void clusters_tokenRefused_isRenewedAndAskedOnceMore() {
        service.refuse(1);
        assertThat(broker.clusters(ROOT, "prod")).containsExactly(CLUSTER);
        assertThat(service.presented).hasSize(2).doesNotHaveDuplicates();
        assertThat(bench.iam.count("apikey")).isEqualTo(2);
    }

    @Test
    void clusters_newTokenRefusedToo_isNotAskedAThirdTime() {
        service.refuse(Integer.MAX_VALUE);
        assertThatThrownBy(() -> broker.clusters(ROOT, "prod"))
                .isInstanceOf(BrokerFailure.Unavailable.class)
                .hasMessage("the containers service at test answered 401");
        assertThat(service.presented).hasSize(2);
        assertThat(bench.iam.count("apikey")).isEqualTo(2);
    }

    /** A service that refuses everybody must not have IAM asked at each of its answers. */
    @Test
    void clusters_tokenIsBrandNew_isNotRenewed() {
        service.refuse(Integer.MAX_VALUE);
        assertThatThrownBy(() -> broker.clusters(ROOT, "prod")).isInstanceOf(BrokerFailure.Unavailable.class);
        assertThatThrownBy(() -> broker.clusters(ROOT, "prod")).isInstanceOf(BrokerFailure.Unavailable.class);
        assertThat(service.presented).hasSize(3);
        assertThat(bench.iam.count("apikey")).isEqualTo(2);
    }

    @Test
    void clusters_otherRefusals_areNotAskedAgain() {
        service.status = 403;
        service.refuse(1);
        assertThatThrownBy(() -> broker.clusters(ROOT, "prod")).isInstanceOf(BrokerFailure.Unavailable.class);
        assertThat(service.presented).hasSize(1);
        assertThat(bench.iam.count("apikey")).isEqualTo(1);
    }

    @Test
    void clusters_renewalFails_itsReasonIsTold() {
        service.refuse(1);
        bench.iam.failWith(() -> new IamFailure.Reauthenticate("BXNIM0415E: no such key", 400, "BXNIM0415E"));
        assertThatThrownBy(() -> broker.clusters(ROOT, "prod"))
                .isInstanceOf(BrokerFailure.Conflict.class)
                .hasMessageContaining("iam-broker login prod");
        assertThat(service.presented).hasSize(1);
    }

    /** Somebody else's refresh brought a new token while this one was refused. */
    @Test
    void clusters_renewedMeanwhile_isNotRenewedAgain() {
        service.refuse(1);
        service.meanwhile = () -> bench.tokens.refresh(PROD, Duration.ZERO);
        assertThat(broker.clusters(ROOT, "prod")).hasSize(1);
        assertThat(bench.iam.count("apikey")).isEqualTo(2);
    }

    /** Two calls of the service, and one renewal for both. */
    @Test
    void kubeconfig_tokenRefused_isRenewedOnceForAllItsRequests() {
        service.refuse(1);
        assertThat(broker.clusterAccess(ROOT, "prod", "c-1").certificateAuthority())
                .isEqualTo("authority");
        assertThat(service.presented).hasSize(3);
        assertThat(bench.iam.count("apikey")).isEqualTo(2);
    }

    @Test
    void kubeconfig_refusedBetweenItsRequests_isRenewedAndGoesOn() {
        service.refuseFrom = 2;
        service.refuse(1);
        assertThat(broker.clusterAccess(ROOT, "prod", "c-1").certificateAuthority())
                .isEqualTo("authority");
        assertThat(service.presented).hasSize(3);
    }

    @Test
    void kubeconfig_refusedEachTime_isRenewedOnce() {
        service.refuse(Integer.MAX_VALUE);
        assertThatThrownBy(() -> broker.clusterAccess(ROOT, "prod", "c-1"))
                .isInstanceOf(BrokerFailure.Unavailable.class);
        assertThat(service.presented).hasSize(2);
    }

    @Test
    void ibmAccounts_tokenRefused_isRenewedAndAskedOnceMore() {
        service.refuse(1);
        assertThat(broker.ibmAccounts(ROOT, "prod")).hasSize(1);
        assertThat(service.presented).hasSize(2);
    }

    /** A listing that began before a logout, and lands after it. */
    @Test
    void clusters_logoutWhileTheyAreListed_areNotShownAfterIt() {
        service.meanwhile = () -> broker.logout(ROOT, "prod");
        broker.clusters(ROOT, "prod");
        service.meanwhile = () -> {};
        assertThatThrownBy(() -> broker.clusters(ROOT, "prod"))
                .isInstanceOf(BrokerFailure.Conflict.class)
                .hasMessageContaining("is logged out");
    }

    /** What the one who was logged in before could see must not be what the next one is shown. */
    @Test
    void clusters_anotherLoginWhileTheyAreListed_areListedAnewForIt() {
        service.meanwhile = () -> {
            broker.logout(ROOT, "prod");
            broker.login(ROOT, "prod", new LoginAttempt.Configured());
        };
        broker.clusters(ROOT, "prod");
        service.meanwhile = () -> {};
        broker.clusters(ROOT, "prod");
        broker.clusters(ROOT, "prod");
        assertThat(service.presented).hasSize(2);
    }

    @Test
    void clusters_nothingHappensMeanwhile_areKept() {
        broker.clusters(ROOT, "prod");
        broker.clusters(ROOT, "prod");
        assertThat(service.presented).hasSize(1);
    }

    /** Both of IBM's services: refuses as often as it is told, and remembers what was presented. */
    @Reveals("plays a service, which reads what it is sent")
    private static final class Service implements ClustersApi {
        private final List<String> presented = new ArrayList<>();
        private int refusals;
        private int refuseFrom = 1;
        private int status = 401;
        private Runnable meanwhile = () -> {};

        void refuse(int times) {
            refusals = times;
        }

        private void look(Secret token) {
            presented.add(token.reveal());
            meanwhile.run();
            if (refusals > 0 && presented.size() >= refuseFrom) {
                refusals--;
                throw new ServiceFailure("the containers service at test answered " + status, status, null);
            }
        }

        List<IbmAccount> accounts(Secret token) {
            look(token);
            return List.of(new IbmAccount("id", "name", "ACTIVE"));
        }

        @Override
        public List<Cluster> list(Account account, Secret accessToken, @Nullable Secret refreshToken) {
            look(accessToken);
            return List.of(CLUSTER);
        }

        @Override
        public Cluster get(Account account, Secret accessToken, @Nullable Secret refreshToken, String idOrName) {
            look(accessToken);
            return CLUSTER;
        }

        @Override
        public String certificateAuthority(
                Account account, Secret accessToken, @Nullable Secret refreshToken, Cluster cluster) {
            look(accessToken);
            return "authority";
        }
    }
}

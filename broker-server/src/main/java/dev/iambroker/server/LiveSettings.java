package dev.iambroker.server;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.broker.GuardedTokenBroker;
import dev.iambroker.policy.Policy;
import dev.iambroker.secret.Secret;
import dev.iambroker.secret.SecretSource;
import dev.iambroker.server.config.AccountConfig;
import dev.iambroker.server.config.BrokerConfig;
import dev.iambroker.server.config.ClientConfig;
import dev.iambroker.server.config.ProcessIdentity;
import dev.iambroker.server.http.ClientSecretDigests;
import dev.iambroker.server.http.ClientSecrets;
import dev.iambroker.server.iam.CloudConnections;
import dev.iambroker.server.telemetry.Telemetry;
import dev.iambroker.token.RefreshSchedule;
import dev.iambroker.token.TokenService;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** All of a running broker that a reload replaces. Thread-safe. */
final class LiveSettings {
    private final TokenService tokens;
    private final GuardedTokenBroker broker;
    private final CloudConnections clouds;
    private final Telemetry telemetry;
    private final RefreshSchedule schedule;
    private final SecretsInForce secrets;
    private final InstantSource clock;

    @GuardedBy("this")
    private Policy policy;

    @GuardedBy("this")
    private Consumer<Set<String>> rotations = clients -> {};

    @GuardedBy("this")
    private Runnable reload = () -> {};

    /** Whether a configuration waits for the end of a lock. */
    @GuardedBy("this")
    private boolean isWanted;

    /**
     * @param clock the wall clock, by which rules expire
     * @param policy what the broker was made with
     */
    LiveSettings(
            TokenService tokens,
            GuardedTokenBroker broker,
            CloudConnections clouds,
            Telemetry telemetry,
            RefreshSchedule schedule,
            SecretsInForce secrets,
            InstantSource clock,
            Policy policy) {
        this.tokens = tokens;
        this.broker = broker;
        this.clouds = clouds;
        this.telemetry = telemetry;
        this.schedule = schedule;
        this.secrets = secrets;
        this.clock = clock;
        this.policy = policy;
    }

    /** The client secrets as they were read last. Thread-safe. */
    static final class SecretsInForce implements ClientSecrets {
        private volatile ClientSecretDigests digests;

        SecretsInForce(Map<String, Secret> byClient) {
            this.digests = new ClientSecretDigests(byClient);
        }

        @Override
        public Set<String> ownersOf(Secret presented) {
            return digests.ownersOf(presented);
        }

        private void apply(Map<String, Secret> next) {
            digests = new ClientSecretDigests(next);
        }

        /** Clients that prove themselves by another secret than before. */
        private List<String> rotatedIn(Map<String, Secret> next) {
            List<String> rotated = new ArrayList<>();
            next.forEach((client, secret) -> {
                if (digests.differs(client, secret)) {
                    rotated.add(client);
                }
            });
            return rotated;
        }
    }

    /**
     * Takes {@code config} over, whole or not at all. What needs a new process is the caller's to compare. Waits for
     * requests to IAM that are under way for accounts that change.
     *
     * @return what changed behind references that are the same, a line each
     * @throws RuntimeException with one line for the operator if a secret, a file or the store cannot be read; nothing
     *     has changed then. Also while the broker is locked: then rights that are no more are taken away at once, and
     *     the rest is taken over after the unlock
     */
    List<String> apply(BrokerConfig config) {
        // A command may take its time over a secret: a lock must not wait for it.
        return apply(config, clientSecrets(config));
    }

    private synchronized List<String> apply(BrokerConfig config, Map<String, Secret> clientSecrets) {
        List<String> rotated = secrets.rotatedIn(clientSecrets);
        Policy next = policy(config, clock);
        if (tokens.isLocked()) {
            isWanted = true;
            // Whoever lost a right must not have it for a moment after the unlock.
            broker.reconfigure(next.alongside(policy), config.kube().expiryMargin());
            take(clientSecrets, rotated);
            throw new TakenOverLater("the broker is locked: rights that are no more are gone now, and the rest of the"
                    + " configuration is taken over when it is unlocked");
        }
        Runnable accounts = tokens.reconfigure(accounts(config));
        // The last that can fail, and it is whole or not at all itself.
        clouds.take(CloudWiring.endpoints(config));

        schedule.apply(schedule(config));
        take(clientSecrets, rotated);
        // A client's right on an account is none on another that has its name: until each has given way, both must
        // allow.
        broker.reconfigure(next.alongside(policy), config.kube().expiryMargin());
        replaceAccounts(accounts, names(config));
        broker.reconfigure(next, config.kube().expiryMargin());
        policy = next;
        return rotated.stream()
                .map(client -> "client \"" + client + "\" has another secret")
                .toList();
    }

    @GuardedBy("this")
    private void take(Map<String, Secret> clientSecrets, List<String> rotated) {
        secrets.apply(clientSecrets);
        rotations.accept(Set.copyOf(rotated));
    }

    /** @param listener hears which clients prove themselves by another secret than before */
    synchronized void tellRotations(Consumer<Set<String>> listener) {
        rotations = listener;
    }

    /** @param reload reads the configuration again, later and on another thread */
    synchronized void reloadBy(Runnable reload) {
        this.reload = reload;
    }

    /** To be called when the broker is unlocked: takes over what was not while it was locked. */
    synchronized void unlocked() {
        if (isWanted) {
            isWanted = false;
            reload.run();
        }
    }

    /** Runs {@code change} while nothing is reloaded. */
    synchronized void alone(Runnable change) {
        change.run();
    }

    /** Metrics of the new ones are there before their first event, connections of the old ones until their last. */
    private void replaceAccounts(Runnable accounts, Set<AccountName> next) {
        Set<AccountName> all = new HashSet<>(tokens.names());
        all.addAll(next);
        telemetry.accounts(all);
        accounts.run();
        telemetry.accounts(next);
        clouds.retain(next);
    }

    static RefreshSchedule.Settings schedule(BrokerConfig config) {
        return new RefreshSchedule.Settings(
                config.refresh().at(),
                config.refresh().jitter(),
                config.refresh().minInterval(),
                config.kube().keepWarm());
    }

    static Policy policy(BrokerConfig config, InstantSource clock) {
        int self = ProcessIdentity.ofThisProcess().uid();
        return new Policy(config.clients().stream().map(ClientConfig::rule).toList(), self, clock);
    }

    static List<Account> accounts(BrokerConfig config) {
        return config.accounts().stream().map(AccountConfig::account).toList();
    }

    static Set<AccountName> names(BrokerConfig config) {
        Set<AccountName> names = new HashSet<>();
        accounts(config).forEach(account -> names.add(account.name()));
        return names;
    }

    static Map<String, Secret> clientSecrets(BrokerConfig config) {
        Map<String, Secret> secrets = new TreeMap<>();
        for (ClientConfig client : config.clients()) {
            SecretSource source = client.secret();
            if (source != null) {
                secrets.put(client.rule().name(), source.read());
            }
        }
        return secrets;
    }
}

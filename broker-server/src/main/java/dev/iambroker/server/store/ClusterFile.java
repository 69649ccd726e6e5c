package dev.iambroker.server.store;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.Cluster;
import dev.iambroker.account.ClusterStore;
import dev.iambroker.account.KnownCluster;
import dev.iambroker.store.StoreFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** The file {@code clusters.json}: public data, in clear. */
final class ClusterFile implements ClusterStore {
    static final String FILE = "clusters.json";
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Logger log = LoggerFactory.getLogger(ClusterFile.class);

    private final StateDirectory directory;
    private final Writes writes;

    @GuardedBy("this")
    private List<KnownCluster> known;

    ClusterFile(StateDirectory directory, Writes writes) {
        this.directory = directory;
        this.writes = writes;
        this.known = read(directory);
    }

    private static List<KnownCluster> read(StateDirectory directory) {
        var file = directory.root().resolve(FILE);
        try {
            byte[] content = directory.read(file);
            return content == null ? List.of() : parse(content);
        } catch (StoreFailure | JacksonException | IllegalArgumentException | NullPointerException e) {
            // The list is found again by asking, so a file that does not help is no reason to stop.
            log.warn(
                    "{} cannot be read, its clusters are looked up again: {}",
                    file,
                    e.getClass().getSimpleName());
            return List.of();
        }
    }

    static boolean isReadable(byte[] content) {
        try {
            parse(content);
            return true;
        } catch (JacksonException | IllegalArgumentException | NullPointerException e) {
            return false;
        }
    }

    private static List<KnownCluster> parse(byte[] content) {
        Content parsed = JSON.readValue(content, Content.class);
        return parsed.clusters().stream().map(Row::known).toList();
    }

    @Override
    public synchronized List<KnownCluster> load() {
        return known;
    }

    @Override
    public synchronized void save(AccountName account, List<KnownCluster> clusters) {
        List<KnownCluster> next = new ArrayList<>(known);
        next.removeIf(other -> other.account().equals(account));
        next.addAll(clusters);
        byte[] content =
                JSON.writeValueAsBytes(new Content(next.stream().map(Row::of).toList()));
        writes.run(() -> directory.replace(directory.root(), FILE, content));
        known = List.copyOf(next);
    }

    private record Content(@JsonProperty("clusters") List<Row> clusters) {}

    private record Row(
            @JsonProperty("account") String account,
            @JsonProperty("account_id") @Nullable String accountId,
            @JsonProperty("id") String id,
            @JsonProperty("name") String name,
            @JsonProperty("type") @Nullable String type,
            @JsonProperty("provider") @Nullable String provider,
            @JsonProperty("region") @Nullable String region,
            @JsonProperty("state") @Nullable String state,
            @JsonProperty("version") @Nullable String version,
            @JsonProperty("public_url") @Nullable String publicUrl,
            @JsonProperty("private_url") @Nullable String privateUrl,
            @JsonProperty("endpoints") Set<String> endpoints,
            @JsonProperty("certificate_authority") @Nullable String certificateAuthority) {
        static Row of(KnownCluster known) {
            Cluster cluster = known.cluster();
            return new Row(
                    known.account().value(),
                    known.accountId(),
                    cluster.id(),
                    cluster.name(),
                    cluster.type(),
                    cluster.provider(),
                    cluster.region(),
                    cluster.state(),
                    cluster.version(),
                    cluster.publicUrl(),
                    cluster.privateUrl(),
                    cluster.endpoints(),
                    known.certificateAuthority());
        }

        KnownCluster known() {
            var cluster =
                    new Cluster(id, name, type, provider, region, state, version, publicUrl, privateUrl, endpoints);
            return new KnownCluster(new AccountName(account), accountId, cluster, certificateAuthority);
        }
    }
}

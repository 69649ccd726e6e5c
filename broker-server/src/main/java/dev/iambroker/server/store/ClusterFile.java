package dev.iambroker.server.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.Cluster;
import dev.iambroker.account.ClusterStore;
import dev.iambroker.account.KnownCluster;
import dev.iambroker.server.json.JsonTree;
import dev.iambroker.store.StoreFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The file {@code clusters.json}: public data, in clear. */
final class ClusterFile implements ClusterStore {
    static final String FILE = "clusters.json";
    private static final String CLUSTERS = "clusters";
    private static final String ACCOUNT = "account";
    private static final String ACCOUNT_ID = "account_id";
    private static final String ID = "id";
    private static final String NAME = "name";
    private static final String TYPE = "type";
    private static final String PROVIDER = "provider";
    private static final String REGION = "region";
    private static final String STATE = "state";
    private static final String VERSION = "version";
    private static final String PUBLIC_URL = "public_url";
    private static final String PRIVATE_URL = "private_url";
    private static final String ENDPOINTS = "endpoints";
    private static final String CERTIFICATE_AUTHORITY = "certificate_authority";
    private static final JsonTree JSON = JsonTree.plain();
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
        JsonNode clusters = JSON.read(content).required(CLUSTERS);
        return clusters.asArray().valueStream().map(ClusterFile::known).toList();
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
        byte[] content = content(next);
        writes.run(() -> directory.replace(directory.root(), FILE, content));
        known = List.copyOf(next);
    }

    // Not mapped by reflection: a start reads this, and would wait for the code that is made for it.
    private static byte[] content(List<KnownCluster> clusters) {
        ObjectNode root = JsonTree.object();
        ArrayNode array = root.putArray(CLUSTERS);
        clusters.forEach(known -> write(known, array.addObject()));
        return JSON.write(root);
    }

    private static void write(KnownCluster known, ObjectNode node) {
        Cluster cluster = known.cluster();
        node.put(ACCOUNT, known.account().value());
        node.put(ACCOUNT_ID, known.accountId());
        node.put(ID, cluster.id());
        node.put(NAME, cluster.name());
        node.put(TYPE, cluster.type());
        node.put(PROVIDER, cluster.provider());
        node.put(REGION, cluster.region());
        node.put(STATE, cluster.state());
        node.put(VERSION, cluster.version());
        node.put(PUBLIC_URL, cluster.publicUrl());
        node.put(PRIVATE_URL, cluster.privateUrl());
        ArrayNode endpoints = node.putArray(ENDPOINTS);
        cluster.endpoints().forEach(endpoints::add);
        node.put(CERTIFICATE_AUTHORITY, known.certificateAuthority());
    }

    private static KnownCluster known(JsonNode node) {
        var cluster = new Cluster(
                node.required(ID).stringValue(),
                node.required(NAME).stringValue(),
                optional(node, TYPE),
                optional(node, PROVIDER),
                optional(node, REGION),
                optional(node, STATE),
                optional(node, VERSION),
                optional(node, PUBLIC_URL),
                optional(node, PRIVATE_URL),
                node.required(ENDPOINTS)
                        .asArray()
                        .valueStream()
                        .map(JsonNode::stringValue)
                        .collect(Collectors.toSet()));
        return new KnownCluster(
                new AccountName(node.required(ACCOUNT).stringValue()),
                optional(node, ACCOUNT_ID),
                cluster,
                optional(node, CERTIFICATE_AUTHORITY));
    }

    private static @Nullable String optional(JsonNode node, String name) {
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? null : value.stringValue();
    }
}

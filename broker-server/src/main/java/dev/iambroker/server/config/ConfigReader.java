package dev.iambroker.server.config;

import dev.iambroker.account.Cloud;
import dev.iambroker.server.config.BrokerConfig.AuditSettings;
import dev.iambroker.server.config.ClientsReader.ReadClient;
import dev.iambroker.server.config.LogSettings.Format;
import dev.iambroker.server.config.LogSettings.Level;
import dev.iambroker.server.config.StateSettings.KeyRef;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;

/** Reads the file from top to bottom. What has problems is replaced by its default, so that reading goes on. */
final class ConfigReader {
    private static final String NO_ACCOUNTS = "at least one account: accounts: { prod: { api-key: { file: PATH } } }";
    private static final WordScalar<Level> LEVEL = new WordScalar<>(List.of(Level.values()), Level::word);
    private static final WordScalar<Format> FORMAT = new WordScalar<>(List.of(Format.values()), Format::word);

    private final Surroundings surroundings;
    private final Places places;
    private final ImpliedEndpoints implied;
    private final ReferenceReader references;

    ConfigReader(Surroundings surroundings, Places places, ImpliedEndpoints implied) {
        this.surroundings = surroundings;
        this.places = places;
        this.implied = implied;
        this.references = new ReferenceReader(surroundings);
    }

    BrokerConfig read(Section file) {
        Cloud cloud = file.value("cloud", AccountsReader.CLOUD, Cloud.IBM_CLOUD);
        Section endpointsSection = file.section("endpoints");
        var endpointsReader = new EndpointsReader(implied, endpointsSection);
        Endpoints endpoints = endpointsReader.read(endpointsSection);
        var common = new AccountsReader.Common(cloud, file.origin("cloud", Section.DEFAULT), endpoints);
        var accountsReader = new AccountsReader(new LoginReader(references), endpointsReader, common);
        List<AccountConfig> accounts = accountsReader.read(accounts(file));
        RefreshSettings refresh = refresh(file.section("refresh"));
        KubeSettings kube = kube(file.section("kube"));
        Section listenSection = file.section("listen");
        Listen listen = new ListenReader(places, surroundings.group()).read(listenSection);
        List<ReadClient> clients = new ClientsReader(references, surroundings).read(file.filled("clients"));
        new Contradictions(accounts, clients).warn(listen.http() == null ? null : listenSection.entry("http"));
        new RuleWarnings(clients, surroundings.self(), Instant.now()).warn();
        StateSettings state = state(file.section("state"));
        AuditSettings audit = audit(file.section("audit"));
        List<SinkConfig> sinks = new SinksReader(accounts, surroundings, state.dir(), ownFiles(listen, audit))
                .read(file.filled("sinks"));
        return new BrokerConfig(
                places.config().path(),
                cloud,
                endpoints,
                accounts,
                refresh,
                kube,
                listen,
                clients.stream().map(ReadClient::client).toList(),
                sinks,
                state,
                audit,
                log(file.section("log")));
    }

    /** What a sink would destroy. */
    private Set<Path> ownFiles(Listen listen, AuditSettings audit) {
        Set<Path> files = new HashSet<>(
                List.of(places.config().path().normalize(), listen.unix().path()));
        if (audit.file() != null) {
            files.add(audit.file());
        }
        return files;
    }

    private static Section accounts(Section file) {
        Entry entry = file.required("accounts", NO_ACCOUNTS);
        if (entry == null) {
            return file.section("accounts");
        }
        if (entry.node() instanceof MappingNode mapping) {
            if (mapping.getValue().isEmpty()) {
                entry.warning("is empty: there is nothing to broker (expected " + NO_ACCOUNTS + ")");
            }
            return Section.ofNames(file.reading(), "accounts." + Keys.ALIAS, "accounts", mapping);
        }
        entry.wrongType(NO_ACCOUNTS);
        return Section.empty(file.reading(), "accounts", "accounts", entry.node());
    }

    private static RefreshSettings refresh(Section section) {
        RefreshSettings normal = RefreshSettings.DEFAULT;
        double at = section.value("at", new DecimalScalar(RefreshSettings.MIN_AT, RefreshSettings.MAX_AT), normal.at());
        double jitter = section.value("jitter", new DecimalScalar(0, RefreshSettings.MAX_JITTER), normal.jitter());
        Duration minInterval = section.value(
                "min-interval", new DurationScalar(RefreshSettings.MAX_MIN_INTERVAL), normal.minInterval());
        if (!RefreshSettings.isEarlyEnough(at, jitter)) {
            section.error("at and jitter together leave no time for a retry (expected at × (1 + jitter) of at most "
                    + RefreshSettings.LATEST + ")");
            return normal;
        }
        return new RefreshSettings(at, jitter, minInterval);
    }

    private static KubeSettings kube(Section section) {
        KubeSettings normal = KubeSettings.DEFAULT;
        return new KubeSettings(
                section.value(
                        "expiry-margin", new DurationScalar(KubeSettings.MAX_EXPIRY_MARGIN), normal.expiryMargin()),
                section.value("keep-warm", new DurationScalar(KubeSettings.MAX_KEEP_WARM), normal.keepWarm()));
    }

    private StateSettings state(Section section) {
        var path = new PathScalar(section.reading().base());
        Path dir = section.value(
                "dir", path, places.stateDir().path(), places.stateDir().origin());
        List<KeyRef> keys = keys(section.filled("key"), section.reading(), dir);
        return new StateSettings(dir, keys, new SharedReader(references, surroundings).read(section.filled("shared")));
    }

    private List<KeyRef> keys(@Nullable Entry key, Reading reading, Path dir) {
        if (key == null) {
            reading.set("state.key", "{file: " + dir.resolve("state.key") + "}", Section.DEFAULT);
            return List.of();
        }
        var keys = new ArrayList<KeyRef>();
        for (Entry entry : key.isList() ? key.items("") : List.of(key)) {
            KeyRef ref = key(entry);
            if (ref != null) {
                keys.add(ref);
            }
        }
        if (key.isList() && key.items("").isEmpty()) {
            key.error("is an empty list (expected a reference to a key, or no key at all for a file in state.dir)");
        }
        return keys;
    }

    private @Nullable KeyRef key(Entry entry) {
        if (!(entry.node() instanceof MappingNode)) {
            Reference reference = references.read(entry, "state-key");
            return reference == null ? null : new KeyRef.SecretKey(reference);
        }
        Section section = entry.sectionAs("state.key");
        Entry passphrase = section.entry("passphrase");
        if (passphrase == null || section.byName().size() > 1) {
            Reference reference = references.read(entry, section);
            return reference == null ? null : new KeyRef.SecretKey(reference);
        }
        Reference reference = references.read(passphrase, "state-passphrase");
        return reference == null ? null : new KeyRef.Passphrase(reference);
    }

    private static AuditSettings audit(Section section) {
        Path file = section.optional("file", new PathScalar(section.reading().base()));
        boolean isRequired = section.value("required", new FlagScalar(), false);
        if (isRequired && file == null) {
            section.error("requires records and says not where (expected file beside required)");
        }
        return new AuditSettings(file, isRequired);
    }

    private static LogSettings log(Section section) {
        LogSettings normal = LogSettings.DEFAULT;
        return new LogSettings(
                section.value("level", LEVEL, normal.level()), section.value("format", FORMAT, normal.format()));
    }
}

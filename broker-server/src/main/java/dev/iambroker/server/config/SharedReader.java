package dev.iambroker.server.config;

import dev.iambroker.fleet.FleetSettings;
import dev.iambroker.server.config.SecretFileRules.Kind;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code state.shared}. */
final class SharedReader {
    private static final String ETCD_FORM =
            "where the shared state is: etcd: { endpoints: [\"https://HOST:PORT\"], ca-file: PATH }";
    private static final String ENDPOINTS_FORM = "a list: [\"https://HOST:PORT\"]";
    private static final EtcdUrlScalar URL = new EtcdUrlScalar();
    private static final String DEFAULT_PREFIX = "/iam-broker";
    private static final TextScalar PREFIX = new TextScalar(
            "is no prefix of keys",
            "a path such as /iam-broker, of letters, digits, '.', '_' and '-', at most 255 and no slash at its end",
            text -> text.length() <= 255 && text.matches("(/[A-Za-z0-9._-]+)+"));

    private final ReferenceReader references;
    private final SecretFileRules rules;

    SharedReader(ReferenceReader references, Surroundings surroundings) {
        this.references = references;
        this.rules = SecretFileRules.in(surroundings);
    }

    /** Null where there is none, or after a problem. */
    @Nullable
    FleetSettings read(@Nullable Entry entry) {
        if (entry == null) {
            return null;
        }
        Section shared = entry.section();
        Entry etcd = shared.required("etcd", ETCD_FORM);
        Section section = etcd == null ? shared.section("etcd") : etcd.section();
        List<URI> endpoints = etcd == null ? List.of() : endpoints(section);
        String prefix = etcd == null ? DEFAULT_PREFIX : section.value("prefix", PREFIX, DEFAULT_PREFIX);
        var paths = new PathScalar(entry.reading().base());
        Path ca = section.optional("ca-file", new CertificatesScalar(paths));
        Path cert = section.optional("cert-file", new CertificatesScalar(paths));
        Path key = key(section.entry("key-file"), paths);
        String username = section.optional("username", TextScalar.ANY);
        Reference password = reference(section.entry("password"), "etcd-password");
        demandPair(section, "cert-file", "key-file");
        demandCertificates(section.entry("ca-file"), ca);
        demandCertificates(section.entry("cert-file"), cert);
        demandKey(section.entry("key-file"), cert, key);
        demandPair(section, "username", "password");
        Reference fleetKey = reference(shared.required("fleet-key", ReferenceReader.FORMS), "fleet-key");
        return fleetKey == null
                ? null
                : new FleetSettings(endpoints, prefix, text(ca), text(cert), text(key), username, password, fleetKey);
    }

    private static List<URI> endpoints(Section section) {
        Entry entry = section.required("endpoints", ENDPOINTS_FORM);
        if (entry == null) {
            return List.of();
        }
        if (entry.isScalar()
                || entry.isNothing()
                || (entry.isList() && entry.items("").isEmpty())) {
            entry.error((entry.isList() ? "is an empty list" : "is no list") + " (expected " + ENDPOINTS_FORM + ")");
            return List.of();
        }
        List<URI> endpoints = entry.list(URL);
        if (new HashSet<>(endpoints).size() < endpoints.size()) {
            entry.error("names one twice (expected each member of etcd once)");
        }
        if (endpoints.stream().map(URI::getScheme).distinct().count() > 1) {
            entry.error("mixes http and https (expected one of them for all)");
        }
        return endpoints;
    }

    /** Judged as every secret is: whoever reads it is this member to etcd. */
    private @Nullable Path key(@Nullable Entry entry, PathScalar paths) {
        Path path = entry == null ? null : entry.scalar(paths);
        if (entry == null || path == null) {
            return null;
        }
        switch (new SecretFile(path, Kind.ORDINARY, rules).check()) {
            case Verdict.Good good -> {}
            case Verdict.Risky risky -> entry.warning(risky.reason());
            case Verdict.Bad bad -> {
                entry.error(bad.reason());
                return null;
            }
        }
        return path;
    }

    private static void demandCertificates(@Nullable Entry entry, @Nullable Path file) {
        if (entry != null && file != null && !ClientCertificate.holdsCertificates(file)) {
            entry.error("holds a certificate that cannot be read (expected " + ClientCertificate.CERTIFICATES + ")");
        }
    }

    private static void demandKey(@Nullable Entry entry, @Nullable Path cert, @Nullable Path key) {
        if (entry == null || cert == null || key == null || !Files.isReadable(key)) {
            return;
        }
        String flaw = ClientCertificate.flawOf(key);
        if (flaw != null) {
            entry.error(flaw + " (expected " + ClientCertificate.KEY + "; 'openssl pkcs8 -topk8 -nocrypt' makes one)");
        } else if (ClientCertificate.holdsCertificates(cert) && !ClientCertificate.isKeyOf(cert, key)) {
            entry.error("is not the key of cert-file (expected " + ClientCertificate.KEY + ")");
        }
    }

    private @Nullable Reference reference(@Nullable Entry entry, String example) {
        return entry == null ? null : references.read(entry, example);
    }

    private static void demandPair(Section section, String one, String other) {
        demandBeside(section, one, other);
        demandBeside(section, other, one);
    }

    private static void demandBeside(Section section, String one, String other) {
        Entry entry = section.entry(one);
        if (entry != null && section.entry(other) == null) {
            entry.error("is of no use alone (expected " + other + " beside it)");
        }
    }

    private static @Nullable String text(@Nullable Path path) {
        return path == null ? null : path.toString();
    }
}

package dev.iambroker.server.config;

import dev.iambroker.account.Cloud;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads {@code endpoints}, of the whole configuration and of an account. */
final class EndpointsReader {
    private static final UrlScalar IAM = new UrlScalar("/identity/token");
    private static final UrlScalar SERVICE = new UrlScalar("");

    private final ImpliedEndpoints implied;
    private final Section common;

    /** @param common the endpoints of the whole configuration */
    EndpointsReader(ImpliedEndpoints implied, Section common) {
        this.implied = implied;
        this.common = common;
    }

    /** Notes nothing: what is in force shows at each account. */
    Endpoints read(Section section) {
        var path = new PathScalar(section.reading().base());
        return new Endpoints(
                section.quietly("iam", IAM),
                section.quietly("accounts", SERVICE),
                section.quietly("containers", SERVICE),
                section.quietly("region", TextScalar.REGION),
                section.quietly("ca-file", new CertificatesScalar(path)));
    }

    /** Notes what an account uses, its own first, then the common, then what its cloud implies. */
    void note(Section own, Endpoints used, Cloud cloud) {
        Endpoints byCloud = implied.of(cloud, used.region());
        note(own, "iam", used, byCloud, Endpoints::iam, cloud);
        note(own, "accounts", used, byCloud, Endpoints::accounts, cloud);
        note(own, "containers", used, byCloud, Endpoints::containers, cloud);
        note(own, "region", used, byCloud, Endpoints::region, cloud);
        if (used.caFile() != null) {
            note(own, "ca-file", used, byCloud, Endpoints::caFile, cloud);
        }
    }

    private void note(
            Section own,
            String key,
            Endpoints used,
            Endpoints byCloud,
            Function<Endpoints, @Nullable Object> part,
            Cloud cloud) {
        Object value = part.apply(used.orElse(byCloud));
        String origin = own.origin(key, common.origin(key, "cloud " + cloud.word()));
        own.reading().set(own.path() + "." + key, value == null ? null : value.toString(), origin);
    }
}

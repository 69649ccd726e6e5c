package dev.iambroker.server.config;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the services of an account are. Null is what its cloud implies. URLs are https, or http to a loopback host; they
 * have no user, query or fragment and do not end in a slash.
 *
 * @param region {@code us-south}
 * @param caFile PEM certificates trusted beside those of the platform
 */
public record Endpoints(
        @Nullable URI iam,
        @Nullable URI accounts,
        @Nullable URI containers,
        @Nullable String region,
        @Nullable Path caFile) {
    /** Everything as the cloud implies. */
    public static final Endpoints IMPLIED = new Endpoints(null, null, null, null, null);

    /** These, and where they are silent those of {@code other}. */
    public Endpoints orElse(Endpoints other) {
        return new Endpoints(
                first(iam, other.iam),
                first(accounts, other.accounts),
                first(containers, other.containers),
                first(region, other.region),
                first(caFile, other.caFile));
    }

    private static <T> @Nullable T first(@Nullable T own, @Nullable T inherited) {
        return own == null ? inherited : own;
    }
}

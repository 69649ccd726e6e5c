package dev.iambroker.iam;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whom ID tokens of one IAM may name as their issuer, RFC 7519 section 4.1.1.
 *
 * @param names empty where that is not known, which is no reason to refuse a token
 * @param document the URL of IAM's own discovery document, where that says so; null where the generation does
 */
public record TokenIssuers(Set<String> names, @Nullable String document) {
    /** Nobody knows. */
    public static final TokenIssuers UNKNOWN = new TokenIssuers(Set.of(), null);

    public TokenIssuers {
        names = Set.copyOf(names);
    }
}

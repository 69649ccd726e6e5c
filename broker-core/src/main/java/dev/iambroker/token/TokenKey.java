package dev.iambroker.token;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.TokenKind;
import java.util.Comparator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which token: one of a kind for each account, and one for each of its OpenShift clusters.
 *
 * @param cluster the id of the OpenShift cluster whose OAuth server issues it; null for a token of IAM
 */
public record TokenKey(
        AccountName account, TokenKind kind, @Nullable String cluster) implements Comparable<TokenKey> {
    private static final Comparator<TokenKey> ORDER = Comparator.comparing(TokenKey::account)
            .thenComparing(TokenKey::kind)
            .thenComparing(TokenKey::clusterOrNone);

    /** A token of IAM. */
    public TokenKey(AccountName account, TokenKind kind) {
        this(account, kind, null);
    }

    /** The token of an OpenShift cluster. */
    public static TokenKey ofCluster(AccountName account, String cluster) {
        return new TokenKey(account, TokenKind.KUBE, cluster);
    }

    /**
     * The token whose renewal brings this one: a UAA token has no grant of its own, it comes with the access token.
     */
    TokenKey renewedAs() {
        return kind == TokenKind.UAA ? new TokenKey(account, TokenKind.ACCESS) : this;
    }

    private String clusterOrNone() {
        return cluster == null ? "" : cluster;
    }

    @Override
    public int compareTo(TokenKey other) {
        return ORDER.compare(this, other);
    }

    // Both by hand, as those of AccountName.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TokenKey key
                && kind == key.kind
                && account.equals(key.account)
                && Objects.equals(cluster, key.cluster);
    }

    @Override
    public int hashCode() {
        return (account.hashCode() * 31 + kind.hashCode()) * 31 + Objects.hashCode(cluster);
    }

    @Override
    public String toString() {
        return kind.word() + ":" + account + (cluster == null ? "" : "/" + cluster);
    }
}

package dev.iambroker.broker;

import dev.iambroker.account.TokenKind;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants to share.
 *
 * @param cluster null for every cluster of the account
 * @param ttl until it ends by itself
 * @param uses after so many tokens it ends; null for any number
 * @param mode of the socket: 0600, 0660, 0666
 */
public record ShareRequest(
        String account,
        TokenKind kind,
        @Nullable String cluster,
        Duration ttl,
        @Nullable Long uses,
        int mode) {
    public static final Duration DEFAULT_TTL = Duration.ofHours(1);
    public static final Duration SHORTEST = Duration.ofSeconds(1);

    /** Longer needs a rule under {@code clients}, which is seen in the configuration. */
    public static final Duration LONGEST = Duration.ofDays(7);

    public static final long MOST_USES = 1_000_000;
    public static final int DEFAULT_MODE = 0600;

    /** @throws BrokerFailure.BadRequest where a bound is passed */
    public ShareRequest {
        demand(
                ttl.compareTo(SHORTEST) >= 0 && ttl.compareTo(LONGEST) <= 0,
                "ttl is not from " + SHORTEST.toSeconds() + " to " + LONGEST.toSeconds() + " seconds");
        demand(uses == null || (uses >= 1 && uses <= MOST_USES), "uses is not from 1 to " + MOST_USES);
        demand(mode == 0600 || mode == 0660 || mode == 0666, "mode is none of 0600, 0660, 0666");
        demand(cluster == null || kind == TokenKind.KUBE, "a cluster belongs to kind kube");
    }

    private static void demand(boolean isFine, String complaint) {
        if (!isFine) {
            throw new BrokerFailure.BadRequest(complaint, BrokerFailure.About.NOTHING);
        }
    }
}

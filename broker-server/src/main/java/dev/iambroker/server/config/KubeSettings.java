package dev.iambroker.server.config;

import java.time.Duration;

/**
 * How tokens for clusters are handed out.
 *
 * @param expiryMargin how much earlier than the token's own end kubectl is told that it ends
 * @param keepWarm how long after its last use a kube token is still renewed ahead of need
 */
public record KubeSettings(Duration expiryMargin, Duration keepWarm) {
    static final Duration MAX_EXPIRY_MARGIN = Duration.ofMinutes(5);
    static final Duration MAX_KEEP_WARM = Duration.ofDays(7);

    public static final KubeSettings DEFAULT = new KubeSettings(Duration.ofSeconds(45), Duration.ofHours(2));

    public KubeSettings {
        if (expiryMargin.isNegative() || expiryMargin.compareTo(MAX_EXPIRY_MARGIN) > 0) {
            throw new IllegalArgumentException("expiry margin out of range");
        }
        if (keepWarm.isNegative() || keepWarm.compareTo(MAX_KEEP_WARM) > 0) {
            throw new IllegalArgumentException("keep-warm time out of range");
        }
    }
}

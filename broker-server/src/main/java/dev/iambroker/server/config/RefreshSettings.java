package dev.iambroker.server.config;

import java.time.Duration;

/**
 * When tokens are renewed.
 *
 * @param at the part of a token's life after which it is renewed
 * @param jitter relative to that point: 0.1 spreads 0.5 over 0.45 to 0.55
 * @param minInterval between two renewals of one token; callers bound it by half of the token's life
 */
public record RefreshSettings(double at, double jitter, Duration minInterval) {
    static final double MIN_AT = 0.1;
    static final double MAX_AT = 0.9;
    static final double MAX_JITTER = 0.5;
    static final Duration MAX_MIN_INTERVAL = Duration.ofHours(1);

    /** The latest renewal leaves room for a retry before the token ends. */
    static final double LATEST = 0.95;

    public static final RefreshSettings DEFAULT = new RefreshSettings(0.5, 0.1, Duration.ofSeconds(10));

    public RefreshSettings {
        if (!(at >= MIN_AT && at <= MAX_AT && jitter >= 0 && jitter <= MAX_JITTER && isEarlyEnough(at, jitter))) {
            throw new IllegalArgumentException("refresh point out of range");
        }
        if (minInterval.isNegative() || minInterval.compareTo(MAX_MIN_INTERVAL) > 0) {
            throw new IllegalArgumentException("refresh interval out of range");
        }
    }

    static boolean isEarlyEnough(double at, double jitter) {
        return at * (1 + jitter) <= LATEST;
    }
}

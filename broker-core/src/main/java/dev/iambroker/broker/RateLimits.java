package dev.iambroker.broker;

import dev.iambroker.broker.BrokerFailure.About;
import dev.iambroker.broker.BrokerFailure.TooManyRequests;
import dev.iambroker.policy.Rate;
import dev.iambroker.token.Time;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** How many requests the clients of a rule still may make, all of them together. Thread-safe, lock-free. */
final class RateLimits {
    private final Time time;
    private volatile Map<String, Bucket> buckets = Map.of();

    /** @param rates by the name of their rule */
    RateLimits(Map<String, Rate> rates, Time time) {
        this.time = time;
        apply(rates);
    }

    /** From now on by these; what was used up of a rate that stays stays used up. Not for two threads at once. */
    void apply(Map<String, Rate> rates) {
        Map<String, Bucket> next = new HashMap<>();
        rates.forEach((rule, rate) -> {
            Bucket before = buckets.get(rule);
            boolean isSame = before != null && before.rate().equals(rate);
            next.put(rule, isSame ? before : new Bucket(rate, time.nanos()));
        });
        buckets = Map.copyOf(next);
    }

    /** Takes one request of {@code rule}'s. */
    void take(String rule) {
        Bucket bucket = buckets.get(rule);
        if (bucket == null) {
            return;
        }
        long wait = bucket.take(time.nanos());
        if (wait > 0) {
            throw new TooManyRequests(
                    "client \"" + rule + "\" is over its rate of " + bucket.rate() + ": come back later",
                    About.NOTHING.withRetryAfter(Duration.ofNanos(wait)));
        }
    }
}

package dev.iambroker.emulator.fault;

import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.emulator.record.RecordedRequest;
import java.time.Duration;
import java.util.function.Predicate;

/**
 * A misbehaviour and whom it hits. Without further words it hits every request to the cloud (IAM, accounts, containers; not the
 * clusters) until it is cleared. Immutable: each method returns a narrower fault.
 *
 * @param times how many requests it hits before it ends by itself
 * @param retryAfter for the throttling ones, from the emulator's present time on
 * @param pace real time between two bytes of the slow ones
 */
public record Fault(
        Misbehaviour misbehaviour, Predicate<RecordedRequest> hits, long times, Duration retryAfter, Duration pace) {
    public static Fault of(Misbehaviour misbehaviour) {
        return new Fault(
                misbehaviour,
                request -> request.listener().equals("cloud"),
                Long.MAX_VALUE,
                Duration.ofSeconds(2),
                Duration.ofMillis(100));
    }

    /** Hits the API server of that cluster and nothing else. */
    public static Fault onCluster(String clusterId, Misbehaviour misbehaviour) {
        return on("kube:" + clusterId, misbehaviour);
    }

    /** Hits the OAuth server of that OpenShift cluster and nothing else. */
    public static Fault onOAuthServer(String clusterId, Misbehaviour misbehaviour) {
        return on("oauth:" + clusterId, misbehaviour);
    }

    private static Fault on(String listener, Misbehaviour misbehaviour) {
        Fault fault = of(misbehaviour);
        Predicate<RecordedRequest> there = request -> request.listener().equals(listener);
        return new Fault(misbehaviour, there, fault.times, fault.retryAfter, fault.pace);
    }

    public Fault times(long count) {
        return new Fault(misbehaviour, hits, count, retryAfter, pace);
    }

    public Fault when(Predicate<RecordedRequest> also) {
        return new Fault(misbehaviour, hits.and(also), times, retryAfter, pace);
    }

    public Fault path(String prefix) {
        return when(request -> request.path().startsWith(prefix));
    }

    public Fault grant(GrantKind kind) {
        return when(request -> request.grant() == kind);
    }

    /** Hits what belongs to that account, by form, key, refresh token or bearer. */
    public Fault account(String id) {
        return when(request -> id.equals(request.account()));
    }

    public Fault apiKey(String key) {
        return when(request -> key.equals(request.form().get("apikey")));
    }

    public Fault retryAfter(Duration time) {
        return new Fault(misbehaviour, hits, times, time, pace);
    }

    public Fault pace(Duration perByte) {
        return new Fault(misbehaviour, hits, times, retryAfter, perByte);
    }
}

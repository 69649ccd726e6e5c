package dev.iambroker.server.iam;

/** Hears of every request to IAM, for metrics. Called on the requesting thread; must neither block nor throw. */
@FunctionalInterface
public interface IamRequestListener {
    /**
     * @param grant the grant's label, or {@code one-time-passcode}, or {@code revoke}
     * @param status the HTTP status, or {@code error} where there was none
     */
    void requested(String grant, String status, long durationNanos);
}

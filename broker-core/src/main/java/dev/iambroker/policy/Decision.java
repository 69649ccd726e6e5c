package dev.iambroker.policy;

/** What the policy says to one action of one client, and by which rule. */
public sealed interface Decision {
    /** The rule that decided. */
    String rule();

    /** Go on, on {@code terms}. */
    record Allow(String rule, Terms terms) implements Decision {}

    /** Refused; {@code reason} is for the client to read. */
    record Deny(String rule, String reason) implements Decision {}
}

package dev.iambroker.policy;

/**
 * Under which rule a client comes, and on what terms, whatever that rule allows.
 *
 * @param rule its name; {@link Policy#OWNER} or {@link Policy#NOBODY} where none speaks for the client
 */
public record Standing(String rule, Terms terms) {}

package dev.iambroker.server.config;

/** What is to be said about the place of a secret. The reasons name neither the place nor the secret. */
sealed interface Verdict {
    Verdict GOOD = new Good();

    /** Nothing. */
    record Good() implements Verdict {}

    /** It is used, with a warning. */
    record Risky(String reason) implements Verdict {}

    /** It is not used. */
    record Bad(String reason) implements Verdict {}
}

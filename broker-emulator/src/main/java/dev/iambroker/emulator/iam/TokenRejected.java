package dev.iambroker.emulator.iam;

/** A bearer token that does not hold. The message says why, never the token. */
public final class TokenRejected extends Exception {
    TokenRejected(String reason) {
        super(reason);
    }

    public String reason() {
        return String.valueOf(getMessage());
    }
}

package dev.iambroker.secret;

/** A secret was read after its owner had wiped it. */
public final class SecretWiped extends IllegalStateException {
    SecretWiped() {
        super("the secret was wiped: whoever wipes one must know that nobody needs it any more");
    }
}

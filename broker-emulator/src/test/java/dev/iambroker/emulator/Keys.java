package dev.iambroker.emulator;

import dev.iambroker.emulator.iam.SigningKeys;
import java.security.SecureRandom;

/** One key pair for the tests that do not care for it. */
final class Keys {
    static final SigningKeys SHARED = new SigningKeys(new SecureRandom());

    private Keys() {}
}

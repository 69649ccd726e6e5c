package dev.iambroker.it.harness;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.Emulator;
import dev.iambroker.emulator.iam.SigningKeys;
import java.security.SecureRandom;

/** Sample clouds that share their signing keys, since making those is what a start takes longest for. */
public final class SampleCloud {
    private static final SigningKeys KEYS = new SigningKeys(new SecureRandom());

    private SampleCloud() {}

    /** Starts one of its own on a free port; the caller closes it. */
    public static EmulatedCloud start() {
        return EmulatedCloud.sample(Emulator.builder().keys(KEYS));
    }
}

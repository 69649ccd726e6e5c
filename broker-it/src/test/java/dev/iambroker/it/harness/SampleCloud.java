package dev.iambroker.it.harness;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.Emulator;
import dev.iambroker.emulator.iam.SigningKeys;
import dev.iambroker.emulator.settings.Generation;
import java.security.SecureRandom;

/** Sample clouds that begin with the same signing keys, since making those is what a start takes longest for. */
public final class SampleCloud {
    private static final SigningKeys KEYS = new SigningKeys(new SecureRandom());

    private SampleCloud() {}

    /** Starts one of its own on a free port; the caller closes it. */
    public static EmulatedCloud start() {
        return start(Generation.IBM_CLOUD);
    }

    /** As {@link #start()}, by the pages of that generation. */
    public static EmulatedCloud start(Generation generation) {
        return EmulatedCloud.sample(Emulator.builder().keys(KEYS.copy()).generation(generation));
    }
}

package dev.iambroker.emulator;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.iambroker.emulator.iam.SigningKeys;
import dev.iambroker.emulator.settings.Generation;
import java.nio.ByteBuffer;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** What is fixed for the life of an emulator. */
public final class EmulatorBuilder {
    Generation generation = Generation.IBM_CLOUD;
    InstantSource clock = InstantSource.system();
    int port;
    boolean tls;

    @Nullable
    String issuer;

    @Nullable
    SigningKeys keys;

    private @Nullable Long seed;

    EmulatorBuilder() {}

    @CanIgnoreReturnValue
    public EmulatorBuilder generation(Generation pages) {
        generation = pages;
        return this;
    }

    /** The time of tokens, sessions and Date headers; pauses on the wire are real time. */
    @CanIgnoreReturnValue
    public EmulatorBuilder clock(InstantSource source) {
        clock = source;
        return this;
    }

    /** 0, the default, takes a free port. */
    @CanIgnoreReturnValue
    public EmulatorBuilder port(int number) {
        port = number;
        return this;
    }

    /** Serves the cloud by TLS alone, with a certificate of {@link Emulator#caPem()}. */
    @CanIgnoreReturnValue
    public EmulatorBuilder tls(boolean on) {
        tls = on;
        return this;
    }

    /** What tokens name as their issuer, if not the host of the generation. */
    @CanIgnoreReturnValue
    public EmulatorBuilder issuer(String url) {
        issuer = url;
        return this;
    }

    /** Takes the keys of another emulator: making RSA keys is what a start takes longest for. Their tokens are good at both. */
    @CanIgnoreReturnValue
    public EmulatorBuilder keys(SigningKeys shared) {
        keys = shared;
        return this;
    }

    /** Makes ids, tokens and keys the same in every run. */
    @CanIgnoreReturnValue
    public EmulatorBuilder seed(long number) {
        seed = number;
        return this;
    }

    /** A running emulator without content. */
    public Emulator start() {
        Emulator emulator = new Emulator(this, random());
        emulator.start();
        return emulator;
    }

    private SecureRandom random() {
        if (seed == null) {
            return new SecureRandom();
        }
        try {
            // The one algorithm whose first seed decides all that follows.
            SecureRandom random = SecureRandom.getInstance("SHA1PRNG");
            random.setSeed(ByteBuffer.allocate(Long.BYTES).putLong(seed).array());
            return random;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA1PRNG", e);
        }
    }
}

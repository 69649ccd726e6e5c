package dev.iambroker.emulator.kube;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whose tokens an API server lets in. Thread-safe. */
@FunctionalInterface
public interface Authenticator {
    /** The user of that Authorization header; empty without one, or with a token that does not hold for this cluster. */
    Optional<KubeUser> user(@Nullable String authorization);
}

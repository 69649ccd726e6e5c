package dev.iambroker.emulator.iam;

import dev.iambroker.emulator.directory.Identity;
import java.time.Instant;

/** A login and all that came of it. Guarded by the {@link Sessions} that made it. */
final class Session {
    final String id;
    final Identity identity;
    final Instant startedAt;
    Instant usedAt;
    boolean ended;

    Session(String id, Identity identity, Instant startedAt) {
        this.id = id;
        this.identity = identity;
        this.startedAt = startedAt;
        this.usedAt = startedAt;
    }
}

package dev.iambroker.server.transport;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.iambroker.client.Peer;
import dev.iambroker.server.http.Witness;
import dev.iambroker.server.os.Fingerprints;
import dev.iambroker.server.os.ProcFs;
import dev.iambroker.server.os.UserTurns;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the witness of each connection; what they share. Thread-safe. */
public final class Witnesses {
    private static final Logger log = LoggerFactory.getLogger(Witnesses.class);

    /** A program on a slow disk is read in this time; within the {@code wait} that clients have by default. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final int REMEMBERED = 1000;

    private final ProcFs proc;
    private final Fingerprints fingerprints = new Fingerprints();
    private final UserTurns turns;
    private final Cache<Complaint, Boolean> told = Caffeine.newBuilder()
            .maximumSize(REMEMBERED)
            .executor(Runnable::run)
            .build();

    /** @param threads platform threads, without a bound on how many at once; not closed here */
    public Witnesses(ProcFs proc, Executor threads) {
        this.proc = proc;
        this.turns = new UserTurns(threads, PATIENCE);
    }

    /**
     * Reads what its process runs now, of memory of the kernel: quick enough for an event loop.
     *
     * @param pin says whether the peer's pid still is the peer's; asked after reading
     */
    Witness witness(Peer peer, Pin pin) {
        return new ProcessWitness(peer, Sighting.of(proc, peer, pin, this), this);
    }

    /** Of a process that no rule asks for as it connects: reads nothing, and knows nothing should one ask later. */
    Witness lateWitness(Peer peer) {
        return new LateWitness(peer, proc);
    }

    /** Whether a pid still is that of a connection's peer. */
    @FunctionalInterface
    interface Pin {
        boolean holds();
    }

    ProcFs proc() {
        return proc;
    }

    Fingerprints fingerprints() {
        return fingerprints;
    }

    UserTurns turns() {
        return turns;
    }

    /** Says once for each user why rules that ask of a program do not match. */
    void complain(Peer peer, String why) {
        if (told.asMap().putIfAbsent(new Complaint(peer.uid(), why), true) == null) {
            log.warn("rules with exe, exe-sha256 or unit do not match a process of uid {}: {}", peer.uid(), why);
        }
    }

    private record Complaint(int uid, String why) {}
}

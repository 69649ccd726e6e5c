package dev.iambroker.secret;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/**
 * Where the clear bytes of every {@link Secret} are: whole pages outside the heap. Thread-safe.
 *
 * <h2>Protection</h2>
 *
 * <p>What the platform can do for such pages, keep them out of swap and of dumps, takes system calls, which this package
 * knows nothing of: {@link #protectBy} says who makes them. That may come late: pages taken before are protected then,
 * later ones before anything is written into them.
 *
 * <h2>Size</h2>
 *
 * <p>Pages are kept until the process ends and used again, so that their protection is asked for once; the memory is as
 * large as the most that was ever held at a time.
 */
public final class SecretMemory {
    /** Asks the platform to protect pages. */
    @FunctionalInterface
    public interface Protection {
        /**
         * Protects {@code region}, whole pages whose address does not change for the life of the process. Must not throw:
         * pages that cannot be protected are used as they are.
         */
        void protect(ByteBuffer region);
    }

    /** Rather a new region than a long search for a place in old ones. */
    private static final int MOST_LOOKS = 8;

    private static final SecretMemory SHARED = new SecretMemory();
    private static final Cleaner CLEANER = Cleaner.create();

    @GuardedBy("this")
    private final List<Region> regions = new ArrayList<>();

    /** Where places are taken now; null until the first is. */
    @GuardedBy("this")
    private @Nullable Region current;

    /** Others that have room, though perhaps in pieces. */
    @GuardedBy("this")
    private final SequencedSet<Region> roomy = new LinkedHashSet<>();

    @GuardedBy("this")
    private Protection protection = region -> {};

    SecretMemory() {}

    static SecretMemory shared() {
        return SHARED;
    }

    /** Protects all pages that are there, and from now on every new one. */
    public static void protectBy(Protection protection) {
        SHARED.protectAll(protection);
    }

    synchronized void protectAll(Protection by) {
        protection = by;
        regions.forEach(region -> by.protect(region.memory()));
    }

    /** Runs {@code end}, which must not know {@code owner}, when that is found unreachable, or by hand; once. */
    static Cleaner.Cleanable whenUnreachable(Object owner, Runnable end) {
        return CLEANER.register(owner, end);
    }

    /** Copies {@code clear} into a block of its own. */
    Block hold(byte[] clear) {
        Block block = take(clear.length);
        block.region().write(block.offset(), clear);
        return block;
    }

    private synchronized Block take(int length) {
        Region region = current;
        for (int looks = 1; region != null; looks++) {
            int offset = region.take(length);
            if (offset >= 0) {
                current = region;
                return new Block(this, region, offset, length);
            }
            comeBackTo(region);
            region = looks < MOST_LOOKS ? next() : null;
        }
        Region fresh = Region.holding(length);
        protection.protect(fresh.memory());
        regions.add(fresh);
        current = fresh;
        return new Block(this, fresh, fresh.take(length), length);
    }

    synchronized void free(Block block) {
        Region region = block.region();
        region.giveBack(block.offset(), block.length());
        if (region != current) {
            comeBackTo(region);
        }
    }

    @GuardedBy("this")
    private @Nullable Region next() {
        return roomy.isEmpty() ? null : roomy.removeFirst();
    }

    @GuardedBy("this")
    private void comeBackTo(Region region) {
        if (region.isRoomy()) {
            roomy.add(region);
        }
    }

    synchronized int regionCount() {
        return regions.size();
    }
}

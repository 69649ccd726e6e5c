package dev.iambroker.secret;

import java.nio.ByteBuffer;
import java.util.BitSet;

/**
 * Whole pages of memory outside the heap, given out in units. Taking and giving back is for one thread at a time; the
 * bytes themselves are read and written by whoever was given them.
 */
final class Region {
    /** Few enough that a limit of 64 KiB on locked memory, as containers have it, is good for one. */
    static final int BYTES = 64 * 1024;

    /** A cache line; half of it is lost with each secret on average. */
    static final int UNIT = 64;

    /** The commonest size of a page. Where pages are larger, whoever protects a region rounds as it must. */
    private static final int PAGE = 4096;

    private static final byte[] ZEROS = new byte[PAGE];

    private final ByteBuffer memory;
    private final ByteBuffer readable;
    private final BitSet taken;
    private final int units;
    private int free;

    /** No run of so many units is free; fewer may be. */
    private int tooMany;

    private Region(int bytes) {
        ByteBuffer raw = ByteBuffer.allocateDirect(bytes + PAGE).alignedSlice(PAGE);
        this.memory = raw.slice(0, bytes);
        this.readable = memory.asReadOnlyBuffer();
        this.units = bytes / UNIT;
        this.taken = new BitSet(units);
        this.free = units;
        this.tooMany = units + 1;
    }

    /** With room for {@code length} bytes at least. */
    static Region holding(int length) {
        int pages = Math.max(BYTES, length + PAGE - 1) / PAGE;
        return new Region(pages * PAGE);
    }

    private static int unitsOf(int length) {
        return Math.max(1, (length + UNIT - 1) / UNIT);
    }

    /** Takes room for {@code length} bytes: its offset, negative where there is none. */
    int take(int length) {
        int wanted = unitsOf(length);
        if (wanted > free || wanted >= tooMany) {
            return -1;
        }
        int at = firstRun(wanted);
        if (at < 0) {
            tooMany = wanted;
            return -1;
        }
        taken.set(at, at + wanted);
        free -= wanted;
        return at * UNIT;
    }

    private int firstRun(int wanted) {
        int from = taken.nextClearBit(0);
        while (from + wanted <= units) {
            int end = taken.nextSetBit(from);
            if (end < 0 || end - from >= wanted) {
                return from;
            }
            from = taken.nextClearBit(end);
        }
        return -1;
    }

    void giveBack(int offset, int length) {
        int first = offset / UNIT;
        int count = unitsOf(length);
        taken.clear(first, first + count);
        free += count;
        tooMany = units + 1;
    }

    void write(int offset, byte[] bytes) {
        memory.put(offset, bytes);
    }

    void wipe(int offset, int length) {
        for (int done = 0; done < length; done += ZEROS.length) {
            memory.put(offset + done, ZEROS, 0, Math.min(ZEROS.length, length - done));
        }
    }

    ByteBuffer view(int offset, int length) {
        return readable.slice(offset, length);
    }

    /** Whether what remains of {@code other} is here. All of it is looked at, whatever was found before. */
    boolean matches(int offset, ByteBuffer other) {
        int at = offset;
        long differences = 0;
        // Whichever way both read a number, it is the same way.
        ByteBuffer bytes = other.order(readable.order());
        while (bytes.remaining() >= Long.BYTES) {
            differences |= bytes.getLong() ^ readable.getLong(at);
            at += Long.BYTES;
        }
        while (bytes.hasRemaining()) {
            differences |= bytes.get() ^ readable.get(at++);
        }
        return differences == 0;
    }

    /** All of it, for whoever protects it. */
    ByteBuffer memory() {
        return memory.duplicate();
    }

    /** A quarter of it is free: worth a look. */
    boolean isRoomy() {
        return free >= units / 4;
    }

    boolean isEmpty() {
        return free == units;
    }
}

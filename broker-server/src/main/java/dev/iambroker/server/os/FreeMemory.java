package dev.iambroker.server.os;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;

/**
 * The part of the heap that nobody uses any more and that holds what it held: a collector moves what lives and overwrites
 * nothing. The launcher has it leave no garbage among what lives ({@code MarkSweepAlwaysCompactCount}). Native memory that is freed the launcher has overwritten by glibc.
 */
public final class FreeMemory {
    private static final int CHUNK = 64 * 1024;

    /** Left to the threads that allocate meanwhile: a heap that is full ends the process. */
    private static final long SPARE = 8L << 20;

    /** The first may move the borders between generations, and leave what lay at one of them. */
    private static final int ROUNDS = 2;

    /** In so many steps the collector gives back what is free above its ratio. */
    private static final int MOST_STEPS = 4;

    private FreeMemory() {}

    /** Overwrites it. Takes tens of milliseconds, in which others may wait for a collection. */
    public static void overwrite() {
        for (int round = 0; round < ROUNDS; round++) {
            shrink();
            fill();
        }
        shrink();
    }

    /** What is given back comes again as zeros. */
    private static void shrink() {
        Runtime runtime = Runtime.getRuntime();
        long before = Long.MAX_VALUE;
        for (int step = 0; step < MOST_STEPS && runtime.totalMemory() < before; step++) {
            before = runtime.totalMemory();
            System.gc();
        }
    }

    /** What survives a collection leaves the nursery, so that in the end both generations were full of it. */
    private static void fill() {
        Runtime runtime = Runtime.getRuntime();
        long used = runtime.totalMemory() - runtime.freeMemory();
        long room = Math.min(runtime.totalMemory(), runtime.maxMemory() - SPARE) - used;
        List<byte[]> zeros = new ArrayList<>();
        try {
            for (long left = room; left >= CHUNK; left -= CHUNK) {
                zeros.add(new byte[CHUNK]);
            }
        } finally {
            Reference.reachabilityFence(zeros);
        }
    }
}

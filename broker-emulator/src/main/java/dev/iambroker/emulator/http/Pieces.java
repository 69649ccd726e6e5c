package dev.iambroker.emulator.http;

import org.jspecify.annotations.Nullable;

/** A body that comes in pieces while there are more, such as a watch. Used by the thread of its connection alone. */
@FunctionalInterface
public interface Pieces {
    /** The next piece, as soon as there is one; null at the end. A stop of the listener interrupts it. */
    byte @Nullable [] next() throws InterruptedException;
}

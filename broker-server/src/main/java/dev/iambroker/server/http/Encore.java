package dev.iambroker.server.http;

import org.jspecify.annotations.Nullable;

/** Gives a call that was answered its answer again. Not for two threads at once. */
@FunctionalInterface
interface Encore {
    /** The answer as it is now, from memory; null where the call has to be taken up anew, and this is of no more use. */
    @Nullable
    Answer next();
}

package dev.iambroker.token;

import org.jspecify.annotations.Nullable;

/** What the cache has for a wish. */
sealed interface Lookup {
    Lookup NOTHING = new Absent(null);

    /** Good and not yet due. */
    record Fresh(Token token) implements Lookup {}

    /** Good, and time to renew it. */
    record Due(Token token) implements Lookup {}

    /**
     * Nothing that fulfils the wish.
     *
     * @param spare has less life than was asked for, and more than the floor: better than an error
     */
    record Absent(@Nullable Token spare) implements Lookup {}
}

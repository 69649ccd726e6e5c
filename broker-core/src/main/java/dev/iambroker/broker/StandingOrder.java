package dev.iambroker.broker;

import org.jspecify.annotations.Nullable;

/**
 * What a client may have and asks for again and again: permitted once, and good for as long as nothing changes that the
 * permission stands on. Not for two threads at once.
 */
@FunctionalInterface
public interface StandingOrder {
    /**
     * What {@link TokenBroker#tokenNow} would give now, put on record like it. Never blocks; reads memory only.
     *
     * @return null where that has to be asked: for another answer, or to be permitted anew; ask this no more then
     */
    @Nullable
    TokenGrant next();
}

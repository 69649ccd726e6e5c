package dev.iambroker.server;

import dev.iambroker.token.Alarm;

/** An alarm with a life: rings what it is started with, until it is closed. */
interface WakeUp extends Alarm, AutoCloseable {
    /** Begins to ring. Called once. */
    void start(Runnable onRing);

    /** Rings no more; returns when a ring under way is over. Idempotent. */
    @Override
    void close();
}

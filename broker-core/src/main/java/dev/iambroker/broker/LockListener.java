package dev.iambroker.broker;

/** Told when the broker is locked and unlocked, so that others drop what they hold of secrets. Never throws. */
public interface LockListener {
    void locked();

    void unlocked();

    /** A lock did not come about: what was put off meanwhile may be done. */
    default void servesOn() {}
}

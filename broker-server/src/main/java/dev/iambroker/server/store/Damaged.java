package dev.iambroker.server.store;

/** A file is not what was written. The message says in which way, never what it holds. */
final class Damaged extends Exception {
    Damaged(String reason) {
        super(reason);
    }
}

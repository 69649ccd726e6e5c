package dev.iambroker.token;

/**
 * Whether the broker is locked by command. Closed from the moment on in which a lock begins: nothing is served, begun or
 * asked of IAM any more, while what is under way ends. Thread-safe.
 */
final class LockState {
    private enum State {
        OPEN,
        /** What is under way lands and is written. */
        CLOSING,
        LOCKED
    }

    private volatile State state;

    LockState(boolean isLocked) {
        this.state = isLocked ? State.LOCKED : State.OPEN;
    }

    boolean isClosed() {
        return state != State.OPEN;
    }

    boolean isLocked() {
        return state == State.LOCKED;
    }

    /** @throws RenewalFailure.Locked where it is closed */
    void demandOpen() {
        if (isClosed()) {
            throw new RenewalFailure.Locked();
        }
    }

    void close() {
        state = State.CLOSING;
    }

    void locked() {
        state = State.LOCKED;
    }

    void open() {
        state = State.OPEN;
    }
}

package dev.iambroker.token;

/**
 * Renews what is due when the alarm rings. No logic of its own: what is due is the queue's to say, how to renew is the
 * refresher's.
 */
public final class RefreshLoop {
    private final RefreshQueue queue;
    private final TokenRefresher refresher;

    RefreshLoop(RefreshQueue queue, TokenRefresher refresher) {
        this.queue = queue;
        this.refresher = refresher;
    }

    /** To be called when the {@link Alarm} rings. */
    public void wake() {
        queue.takeDue().forEach(refresher::renewPlanned);
    }
}

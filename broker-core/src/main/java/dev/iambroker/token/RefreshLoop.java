package dev.iambroker.token;

/** Renews what is due. No logic of its own: what is due is the queue's to say, how to renew is the refresher's. */
final class RefreshLoop {
    private final RefreshQueue queue;
    private final TokenRefresher refresher;

    RefreshLoop(RefreshQueue queue, TokenRefresher refresher) {
        this.queue = queue;
        this.refresher = refresher;
    }

    void wake() {
        refresher.renewPlanned(queue.takeDue());
    }
}

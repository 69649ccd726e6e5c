package dev.iambroker.server;

import dev.iambroker.broker.LockListener;
import dev.iambroker.server.http.TokenAnswers;
import dev.iambroker.server.iam.CloudConnections;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Drops what lies in memory beside the tokens themselves when the broker is locked. */
record Forgetting(TokenAnswers answers, CloudConnections clouds, Runnable afterUnlock) implements LockListener {
    private static final Logger log = LoggerFactory.getLogger(Forgetting.class);

    @Override
    public void locked() {
        answers.drop();
        try {
            clouds.reconnect();
        } catch (IllegalArgumentException e) {
            log.warn("connections to IBM Cloud stay as they are: {}", e.getMessage());
        }
        // What was dropped is overwritten once the collector finds it: an idle broker may not collect for hours.
        System.gc();
    }

    @Override
    public void unlocked() {
        answers.keep();
        afterUnlock.run();
    }
}

package dev.iambroker.server;

import dev.iambroker.broker.LockListener;
import dev.iambroker.server.http.TokenAnswers;
import dev.iambroker.server.iam.CloudConnections;
import dev.iambroker.server.os.FreeMemory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops what lies in memory beside the tokens themselves when the broker is locked.
 *
 * @param withdraw ends the connections whose clients have not taken all secrets that were answered before
 */
record Forgetting(TokenAnswers answers, Runnable withdraw, CloudConnections clouds, Runnable afterUnlock)
        implements LockListener {
    private static final Logger log = LoggerFactory.getLogger(Forgetting.class);

    @Override
    public void locked() {
        answers.drop();
        withdraw.run();
        try {
            clouds.reconnect();
        } catch (IllegalArgumentException e) {
            log.warn("connections to IBM Cloud stay as they are: {}", e.getMessage());
        }
        // What was dropped stays in memory until something else is put there: for hours, in an idle broker.
        FreeMemory.overwrite();
    }

    @Override
    public void unlocked() {
        answers.keep();
        servesOn();
    }

    /** A reload that came while the lock was tried was put off. */
    @Override
    public void servesOn() {
        afterUnlock.run();
    }
}

package dev.iambroker.broker;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.iambroker.event.BrokerEvents;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells what rules in dry-run would have denied: each once in the log, all in the metrics. Thread-safe. */
final class DryRuns {
    private static final Logger log = LoggerFactory.getLogger(DryRuns.class);

    /** A client that asks for ever new names neither fills the memory, nor keeps the log for itself for long. */
    private static final int REMEMBERED = 1000;

    private final BrokerEvents events;
    private final Cache<WouldDeny, Boolean> told = Caffeine.newBuilder()
            .maximumSize(REMEMBERED)
            .executor(Runnable::run)
            .build();

    DryRuns(BrokerEvents events) {
        this.events = events;
    }

    /** @param account as it may stand on record */
    void wouldDeny(String rule, String action, String account) {
        events.wouldDeny(rule);
        if (told.asMap().putIfAbsent(new WouldDeny(rule, action, account), true) == null) {
            log.warn("dry-run: client \"{}\" would be denied {} of account {}; told once", rule, action, account);
        }
    }

    private record WouldDeny(String rule, String action, String account) {}
}

package dev.iambroker.server.config;

import dev.iambroker.policy.Terms;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Reads on what terms a client's rule gives what it allows. */
final class TermsReader {
    private static final Duration LONGEST = Duration.ofHours(24);

    /** Clients that ask again at 80 % of what they are told would do hardly anything else. */
    private static final Duration SHORTEST = Duration.ofSeconds(10);

    private TermsReader() {}

    /** Null after a problem: a limit that could not be read must not become none. */
    static @Nullable Terms read(Section section) {
        Problems problems = section.reading().problems();
        int known = problems.size();
        Entry maxTtl = section.entry("max-ttl");
        Boolean dryRun = section.optional("dry-run", new FlagScalar());
        var terms = new Terms(
                maxTtl == null ? null : maxTtl(maxTtl),
                section.optional("rate", new RateScalar()),
                section.optional("expires", new EndScalar()),
                dryRun != null && dryRun);
        return problems.isFreeOfErrorsSince(known) ? terms : null;
    }

    private static @Nullable Duration maxTtl(Entry entry) {
        Duration maxTtl = entry.scalar(new DurationScalar(LONGEST));
        if (maxTtl != null && maxTtl.compareTo(SHORTEST) < 0) {
            entry.error("is too short (expected at least " + DurationScalar.show(SHORTEST) + ")");
        }
        return maxTtl;
    }
}

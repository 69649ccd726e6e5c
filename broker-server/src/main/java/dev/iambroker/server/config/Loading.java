package dev.iambroker.server.config;

import java.util.List;

/** How reading a configuration ended. */
public sealed interface Loading {
    /**
     * It can be used; the warnings are for the log and for {@code check-config}.
     *
     * @param effective of accounts only where it was read to be shown
     */
    record Loaded(BrokerConfig config, EffectiveConfig effective, List<Problem> warnings) implements Loading {
        public Loaded {
            warnings = List.copyOf(warnings);
        }
    }

    /** It cannot be used, for all these reasons, in the order of the file. Warnings wait until it can. */
    record Refused(List<Problem> problems) implements Loading {
        public Refused {
            problems = List.copyOf(problems);
        }
    }
}

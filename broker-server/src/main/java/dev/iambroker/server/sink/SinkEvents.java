package dev.iambroker.server.sink;

import java.util.Set;

/** What becomes of sinks, for metrics. Implementations are thread-safe and never throw. A sink is named by its path. */
public interface SinkEvents {
    /** These there are from now on, and no others. */
    void configured(Set<String> sinks);

    /** Whether the file holds what the broker hands out. */
    void current(String sink, boolean isCurrent);

    /** A file was written, or could not be. */
    void written(String sink, boolean success);

    /** Somebody was told of a change, or could not be. */
    void told(String sink, boolean success);
}

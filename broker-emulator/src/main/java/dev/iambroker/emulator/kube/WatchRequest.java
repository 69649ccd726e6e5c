package dev.iambroker.emulator.kube;

import java.time.Duration;

/**
 * What a watcher asks for.
 *
 * @param version what happened after it is told
 * @param asksForInitialEvents whether what is there comes first, and a bookmark says where it ends
 * @param life how long the watch lasts
 */
record WatchRequest(
        Selection selection,
        long version,
        boolean asksForInitialEvents,
        boolean bookmarks,
        boolean asTable,
        Duration life) {

    static WatchRequest of(Selection selection, KubeQuery query, boolean asTable, Duration atMost) {
        Duration asked = Duration.ofSeconds(query.number("timeoutSeconds", atMost.toSeconds()));
        return new WatchRequest(
                selection,
                query.number("resourceVersion", 0),
                query.isTrue("sendInitialEvents"),
                query.isTrue("allowWatchBookmarks"),
                asTable,
                asked.compareTo(atMost) < 0 ? asked : atMost);
    }

    /** Without a version there is no gap to fill but from the beginning. */
    boolean beginsWithAll() {
        return version == 0 || asksForInitialEvents;
    }
}

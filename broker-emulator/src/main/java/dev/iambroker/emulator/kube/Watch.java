package dev.iambroker.emulator.kube;

import dev.iambroker.emulator.http.Json;
import dev.iambroker.emulator.http.Pieces;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * One watch: what happens from a version on, a line an event, until its time is over. Who may watch was decided when it
 * began; as with kube-apiserver, the end of the token ends no watch.
 */
final class Watch implements Pieces {
    private static final long BOOKMARK_EACH_NANOS = Duration.ofSeconds(10).toNanos();

    private final ObjectLog log;
    private final Rendering rendering;
    private final WatchRequest request;
    private final long endNanos;
    private final Queue<byte[]> first = new ArrayDeque<>();
    private long version;
    private boolean over;

    Watch(ObjectLog log, Rendering rendering, WatchRequest request) {
        this.log = log;
        this.rendering = rendering;
        this.request = request;
        this.endNanos = System.nanoTime() + request.life().toNanos();
        this.version = request.version();
        if (request.beginsWithAll()) {
            ObjectLog.Listing listing = log.list(request.selection());
            listing.objects().forEach(object -> first.add(line(new WatchEvent(WatchEvent.Type.ADDED, object))));
            version = listing.version();
            if (request.asksForInitialEvents()) {
                first.add(line("BOOKMARK", rendering.bookmark(version, true)));
            }
        }
    }

    @Override
    public byte @Nullable [] next() throws InterruptedException {
        byte[] earlier = first.poll();
        return earlier != null ? earlier : over ? null : later();
    }

    private byte @Nullable [] later() throws InterruptedException {
        long left = endNanos - System.nanoTime();
        boolean toTheEnd = !request.bookmarks() || left < BOOKMARK_EACH_NANOS;
        WatchEvent event = log.next(request.selection(), version, toTheEnd ? left : BOOKMARK_EACH_NANOS);
        if (event != null) {
            version = event.object().version();
            return line(event);
        }
        over = toTheEnd;
        return request.bookmarks() ? line("BOOKMARK", rendering.bookmark(version, false)) : null;
    }

    private byte[] line(WatchEvent event) {
        return line(event.type().name(), rendering.one(event.object(), request.asTable()));
    }

    private static byte[] line(String type, ObjectNode object) {
        ObjectNode event = Json.object().put("type", type);
        event.set("object", object);
        return (event + "\n").getBytes(StandardCharsets.UTF_8);
    }
}

package dev.iambroker.server.transport;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;

/** The room that a connection takes, and the memory. */
// A close that fails is a close.
@SuppressWarnings("FutureReturnValueIgnored")
final class ChannelPlace implements ConnectionLimits.Place {
    static final AttributeKey<ChannelPlace> KEY = AttributeKey.valueOf(ChannelPlace.class, "place");

    private final Channel channel;
    private final int user;
    private final RequestMemory memory;
    private volatile boolean isBusy;

    ChannelPlace(Channel channel, int user, RequestMemory memory) {
        this.channel = channel;
        this.user = user;
        this.memory = memory;
    }

    /** Notes that somebody waits for an answer on {@code channel}, or no longer does. */
    static void busy(Channel channel, boolean isBusy) {
        ChannelPlace place = channel.attr(KEY).get();
        if (place != null) {
            place.isBusy = isBusy;
        }
    }

    /** Whose connection {@code channel} is. */
    static int userOf(Channel channel) {
        ChannelPlace place = channel.attr(KEY).get();
        return place == null ? ConnectionLimits.TCP : place.user;
    }

    /** Whether {@code channel} may hold so many bytes of requests; from then on it does. */
    static boolean holds(Channel channel, int bytes) {
        ChannelPlace place = channel.attr(KEY).get();
        return place == null || place.memory.hold(place.user, place, bytes);
    }

    @Override
    public boolean isBusy() {
        return isBusy;
    }

    @Override
    public void giveUp() {
        channel.close();
    }
}

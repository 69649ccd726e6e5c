package dev.iambroker.server.transport;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;

/** The room that a connection takes. */
// A close that fails is a close.
@SuppressWarnings("FutureReturnValueIgnored")
final class ChannelPlace implements ConnectionLimits.Place {
    static final AttributeKey<ChannelPlace> KEY = AttributeKey.valueOf(ChannelPlace.class, "place");

    private final Channel channel;
    private volatile boolean isBusy;

    ChannelPlace(Channel channel) {
        this.channel = channel;
    }

    /** Notes that somebody waits for an answer on {@code channel}, or no longer does. */
    static void busy(Channel channel, boolean isBusy) {
        ChannelPlace place = channel.attr(KEY).get();
        if (place != null) {
            place.isBusy = isBusy;
        }
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

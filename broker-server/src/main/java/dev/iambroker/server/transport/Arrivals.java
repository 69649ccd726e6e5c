package dev.iambroker.server.transport;

import dev.iambroker.server.http.Arrival;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;

/** What the first handler of a connection leaves for those after it. */
final class Arrivals {
    static final AttributeKey<Arrival> KEY = AttributeKey.valueOf(Arrivals.class, "arrival");

    private Arrivals() {}

    static Arrival of(Channel channel) {
        Arrival arrival = channel.attr(KEY).get();
        if (arrival == null) {
            throw new IllegalStateException("no handler has looked at this connection");
        }
        return arrival;
    }
}

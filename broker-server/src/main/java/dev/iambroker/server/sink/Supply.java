package dev.iambroker.server.sink;

import dev.iambroker.account.KnownCluster;
import dev.iambroker.broker.BrokerFailure;
import dev.iambroker.broker.Delivery;
import dev.iambroker.broker.TokenRequest;
import org.jspecify.annotations.Nullable;

/** Where sinks get what they keep. Each is a client of its own, by its name. Thread-safe; throws {@link BrokerFailure}. */
public interface Supply {
    /** @param held the etag of what the sink keeps, null for nothing */
    Delivery deliver(String sink, TokenRequest request, @Nullable String held);

    /** May wait for the containers service. */
    KnownCluster cluster(String sink, String account, String idOrName);
}

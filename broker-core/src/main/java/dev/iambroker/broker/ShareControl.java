package dev.iambroker.broker;

import dev.iambroker.client.ClientIdentity;
import java.util.List;

/**
 * Sockets that give one right and nothing else. Needs {@code admin} on the account, and to open one the shared right too;
 * throws {@link BrokerFailure} as {@link TokenBroker} does. All but {@link #shares} block. Thread-safe.
 */
public interface ShareControl {
    ShareView share(ClientIdentity client, ShareRequest request);

    /** Those that the client may end. */
    List<ShareView> shares(ClientIdentity client);

    /** @throws BrokerFailure.Unknown where there is none that the client may end */
    ShareView unshare(ClientIdentity client, String id);

    /** All that the client may end. */
    List<ShareView> unshareAll(ClientIdentity client);
}

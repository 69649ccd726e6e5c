package dev.iambroker.broker;

import dev.iambroker.client.ClientIdentity;
import dev.iambroker.secret.Secret;

/**
 * Ends and resumes all serving by a passphrase. Needs {@code admin:*}; throws {@link BrokerFailure} as {@link TokenBroker}
 * does. Both methods block: on renewals under way, on the disk, on a second of computing. Thread-safe.
 */
public interface LockControl {
    /** @throws BrokerFailure.Locked where it is locked already */
    void lock(ClientIdentity client, Secret passphrase);

    /** Does nothing where it is not locked. @throws BrokerFailure.PassphraseRefused where it is another passphrase */
    void unlock(ClientIdentity client, Secret passphrase);

    boolean isLocked();
}

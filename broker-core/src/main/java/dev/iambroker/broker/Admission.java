package dev.iambroker.broker;

import dev.iambroker.client.ClientIdentity;
import dev.iambroker.policy.Fact;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The part of the front door that a listener asks of every request, whatever it is about. Thread-safe. */
public interface Admission {
    /** The name of the rule that speaks for the client, for metrics. */
    String nameOf(ClientIdentity client);

    /** Never blocks. @throws BrokerFailure.Locked while nothing may be handed out */
    void demandOpen();

    /**
     * Counts a request against the rate of the rule that speaks for the client.
     *
     * @param rule its name, from {@link #nameOf}
     * @param account the one that is asked for, as the client wrote it; null where it is not known
     * @throws BrokerFailure.TooManyRequests if it is over its rate; that is on record then
     */
    void takeTurn(ClientIdentity client, String rule, @Nullable String account);

    /**
     * Puts on record that the client did not get what was decided for it, as its process may be another by now.
     *
     * @param account as for {@link #takeTurn}
     */
    void withheld(ClientIdentity client, @Nullable String account);

    /** Puts on record that the client showed a secret that is nobody's. Never blocks. */
    void wrongSecret(ClientIdentity client);

    /** What has to be read of the client's process before it can be said which rule speaks for it. */
    Set<Fact> asks(ClientIdentity client);

    /** Whether the client has its rights by what its process runs, which must still hold when it is answered. */
    boolean isByProgram(ClientIdentity client);
}

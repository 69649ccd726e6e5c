package dev.iambroker.broker;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.iambroker.broker.BrokerFailure.About;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import dev.iambroker.policy.Policy;
import java.util.HashMap;
import java.util.Map;

/** How many shares there may be: each is a listener of its own, and one user's must not be all of them. Thread-safe. */
final class SharePlaces {
    static final int MOST = 64;

    /** A quarter; the owner, who can end all the others, has no bound of their own. */
    static final int MOST_OF_ONE = 16;

    @GuardedBy("this")
    private final Map<String, Integer> taken = new HashMap<>();

    @GuardedBy("this")
    private int all;

    /**
     * Who opens one, for {@link #take}: a user whatever rule speaks for their programs, and over TCP a client.
     *
     * @param rule the rule that speaks for {@code client}
     */
    static String opener(ClientIdentity client, String rule) {
        Peer peer = client.peer();
        boolean isOwner = rule.equals(Policy.OWNER);
        return peer == null || isOwner ? rule : "uid " + peer.uid();
    }

    /** @throws BrokerFailure.BadRequest where there is none */
    synchronized void take(String opener) {
        int own = taken.getOrDefault(opener, 0);
        if (own >= MOST_OF_ONE && !opener.equals(Policy.OWNER)) {
            throw new BrokerFailure.BadRequest(
                    "you have " + own + " shares already, and no more are for one user: end some with 'iam-broker"
                            + " unshare'",
                    About.NOTHING);
        }
        if (all >= MOST) {
            throw new BrokerFailure.BadRequest(
                    "there are " + MOST + " shares already: end some with 'iam-broker unshare'", About.NOTHING);
        }
        taken.put(opener, own + 1);
        all++;
    }

    synchronized void giveBack(String opener) {
        all--;
        taken.computeIfPresent(opener, (unused, own) -> own == 1 ? null : own - 1);
    }
}

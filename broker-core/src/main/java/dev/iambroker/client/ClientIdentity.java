package dev.iambroker.client;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who is asking. Data only; made by the transport, judged by the policy.
 *
 * @param peer the process at the other end of a Unix socket, null over TCP
 * @param provenClients names of the configured clients whose secret was presented; at most one unless two share it
 * @param scope all that a client of a shared socket may have; null on every other way in
 */
public record ClientIdentity(
        @Nullable Peer peer,
        Set<String> provenClients,
        @Nullable Scope scope) {
    public ClientIdentity {
        provenClients = Set.copyOf(provenClients);
    }

    public ClientIdentity(@Nullable Peer peer, Set<String> provenClients) {
        this(peer, provenClients, null);
    }

    public static ClientIdentity ofPeer(Peer peer) {
        return new ClientIdentity(peer, Set.of());
    }

    /** The same, come by a shared socket. */
    public ClientIdentity within(Scope newScope) {
        return new ClientIdentity(peer, provenClients, newScope);
    }

    /** The same, whose process turned out to run {@code program}; over TCP there is no process to look at. */
    public ClientIdentity running(Program program) {
        return peer == null ? this : new ClientIdentity(peer.running(program), provenClients, scope);
    }

    /** Over TCP, by the secrets of the named clients. */
    public static ClientIdentity ofSecret(Set<String> provenClients) {
        return new ClientIdentity(null, provenClients);
    }
}

package dev.iambroker.policy;

import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import org.jspecify.annotations.Nullable;

/**
 * Which clients a rule is about. All that is given must hold; null asks nothing.
 *
 * @param uid the peer's user
 * @param gid the peer's group or one of its supplementary groups
 * @param secret whether the rule's own client secret must be presented
 */
public record Match(@Nullable Integer uid, @Nullable Integer gid, boolean secret) {
    boolean matches(String ruleName, ClientIdentity client) {
        return matchesPeer(client.peer()) && (!secret || client.provenClients().contains(ruleName));
    }

    private boolean matchesPeer(@Nullable Peer peer) {
        if (uid == null && gid == null) {
            return true;
        }
        return peer != null && matchesUid(peer) && matchesGid(peer);
    }

    private boolean matchesUid(Peer peer) {
        return uid == null || uid == peer.uid();
    }

    private boolean matchesGid(Peer peer) {
        return gid == null || gid == peer.gid() || peer.groups().contains(gid);
    }
}

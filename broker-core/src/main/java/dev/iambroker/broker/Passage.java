package dev.iambroker.broker;

import dev.iambroker.account.Account;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.event.Tally;
import dev.iambroker.policy.Policy;
import dev.iambroker.policy.Standing;
import dev.iambroker.token.Token;
import org.jspecify.annotations.Nullable;

/** What the gate decided over one client's wish for an account's token: good until a reload, or a lock. Immutable. */
final class Passage {
    private final Gate gate;
    private final ClientIdentity client;
    private final Policy decidedBy;
    private final Account account;
    private final Standing standing;

    /** @param decidedBy the policy that permitted it, read before {@code account} was found */
    Passage(Gate gate, ClientIdentity client, Policy decidedBy, Account account) {
        this.gate = gate;
        this.client = client;
        this.decidedBy = decidedBy;
        this.account = account;
        this.standing = decidedBy.standingOf(client);
    }

    Account account() {
        return account;
    }

    /** Whether all that it stands on is as it was. */
    boolean isOpen() {
        return gate.stillHolds(decidedBy, account);
    }

    /** As {@link dev.iambroker.event.AuditLog#recordFirst}. */
    @Nullable
    Tally recordFirst(Token token) {
        return gate.recordFirst(client, token, standing.rule());
    }

    TokenGrant grant(Token token) {
        return gate.grant(token, standing);
    }
}

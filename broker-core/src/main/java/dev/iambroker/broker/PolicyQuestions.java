package dev.iambroker.broker;

import dev.iambroker.account.AccountName;
import dev.iambroker.broker.BrokerFailure.About;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.policy.Action;
import dev.iambroker.policy.Explanation;
import dev.iambroker.policy.Policy;
import dev.iambroker.policy.Right;
import dev.iambroker.policy.Verb;
import dev.iambroker.token.TokenService;
import org.jspecify.annotations.Nullable;

/** What is asked of the policy itself. Thread-safe. */
record PolicyQuestions(Gate gate, TokenService tokens) {
    /** A question about nobody, or nothing, that is configured would have an answer that looks like one. */
    Explanation explain(ClientIdentity client, ClientIdentity about, Verb verb, String name, @Nullable String cluster) {
        gate.demandAdminOfAll(client, "explain");
        AccountName account = AccountName.isValid(name) ? new AccountName(name) : null;
        boolean isOfAll = verb == Verb.ADMIN && name.equals(Right.ANY);
        if (!isOfAll && (account == null || !tokens.isConfigured(account))) {
            throw gate.unknown(client, name);
        }
        Policy policy = gate.policy();
        String complaint = policy.complaintOf(about);
        if (complaint != null) {
            throw new BrokerFailure.BadRequest(complaint, About.NOTHING);
        }
        return policy.explain(about, new Action(verb, name, gate.namesOf(account, cluster)));
    }
}

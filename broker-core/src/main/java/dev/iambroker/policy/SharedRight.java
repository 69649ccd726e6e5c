package dev.iambroker.policy;

import dev.iambroker.client.Scope;

/** The one right of a shared socket. Nobody has more there: not root, nor the daemon's own user, nor a known secret. */
final class SharedRight {
    private final Policy policy;
    private final Scope scope;
    private final Right right;

    SharedRight(Policy policy, Scope scope) {
        this.policy = policy;
        this.scope = scope;
        this.right = new Right(
                Verb.ofWord(scope.kind()).orElseThrow(),
                scope.account(),
                scope.cluster() == null ? Right.ANY : scope.cluster());
    }

    /** Allowed where the share says so and whoever shared it may still. */
    Decision decide(Action action) {
        if (action.verb() == Verb.ADMIN || !right.covers(action)) {
            return new Decision.Deny(nameOnRecord(), "this shared socket gives no right to this");
        }
        Decision ofSharer = policy.decide(scope.sharer(), action);
        return switch (ofSharer) {
            case Decision.Deny deny ->
                new Decision.Deny(nameOnRecord(), "whoever shared this socket has no right to this any more: ask them");
            case Decision.Allow allow -> new Decision.Allow(nameOnRecord(), allow.terms());
        };
    }

    boolean mayUse(Verb verb, String account) {
        return verb != Verb.ADMIN && right.mentions(verb, account) && policy.mayUse(scope.sharer(), verb, account);
    }

    /** Which share it is, and by whose rule. */
    String nameOnRecord() {
        return Policy.SHARE + ":" + scope.share() + "/" + policy.nameOf(scope.sharer());
    }
}

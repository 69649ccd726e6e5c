package dev.iambroker.policy;

import java.util.List;

/** One entry of {@code clients:}. The first whose {@link Match} fits decides alone. */
public record Rule(String name, Match match, List<Right> allow) {
    public Rule {
        allow = List.copyOf(allow);
    }

    boolean allows(Action action) {
        return allow.stream().anyMatch(right -> right.covers(action));
    }

    boolean mentions(Verb verb, String account) {
        return allow.stream().anyMatch(right -> right.mentions(verb, account));
    }
}

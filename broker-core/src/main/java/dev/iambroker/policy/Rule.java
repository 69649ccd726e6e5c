package dev.iambroker.policy;

import java.util.List;

/** One entry of {@code clients:}. The first whose {@link Match} fits decides alone. */
public record Rule(String name, Match match, List<Right> allow, Terms terms) {
    public Rule {
        allow = List.copyOf(allow);
    }

    public Rule(String name, Match match, List<Right> allow) {
        this(name, match, allow, Terms.NONE);
    }

    boolean allows(Action action) {
        for (Right right : allow) {
            if (right.covers(action)) {
                return true;
            }
        }
        return false;
    }

    boolean mentions(Verb verb, String account) {
        for (Right right : allow) {
            if (right.mentions(verb, account)) {
                return true;
            }
        }
        return false;
    }
}

package dev.iambroker.policy;

import java.util.List;

/**
 * How a decision came about.
 *
 * @param steps the rules that were asked, in their order, up to the one that decided; none for the owner
 */
public record Explanation(List<Step> steps, Decision decision) {
    public Explanation {
        steps = List.copyOf(steps);
    }

    /**
     * One rule that was asked.
     *
     * @param why in the words of an operator; holds what the rule and the client say of themselves, and no secret
     */
    public record Step(String rule, Outcome outcome, String why) {}

    /** What came of asking a rule. */
    public enum Outcome {
        /** It is not about this client. */
        NO_MATCH("no-match"),
        /** It is, and in dry-run it decides nothing. */
        DRY_RUN("dry-run"),
        DECIDES("decides");

        private final String word;

        Outcome(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }
}

package dev.iambroker.it.soak;

import java.time.Duration;
import java.util.List;

/**
 * What came of a soak.
 *
 * @param wrongAnswers answers that the state of the world does not explain
 * @param needlessLogins logins although no session had ended, and sessions that were lost
 * @param plan how many calls the schedule and its retries may make of IAM
 */
record Figures(
        long seed,
        Duration length,
        String faults,
        long requests,
        String byStatus,
        int wrongAnswers,
        int expiredTokens,
        long needlessLogins,
        long iamCalls,
        long plan,
        List<String> complaints) {
    boolean areGood() {
        return complaints.isEmpty()
                && wrongAnswers == 0
                && expiredTokens == 0
                && needlessLogins == 0
                && iamCalls <= plan
                && requests > 0;
    }

    String report() {
        return """
                soak of %d s, seed %d (again: dev/test --soak %1$d --seed %2$d)
                faults           %s
                requests         %d %s
                wrong answers    %d
                expired tokens   %d
                needless logins  %d
                IAM calls        %d, planned at most %d
                %s""".formatted(
                        length.toSeconds(),
                        seed,
                        faults,
                        requests,
                        byStatus,
                        wrongAnswers,
                        expiredTokens,
                        needlessLogins,
                        iamCalls,
                        plan,
                        complaints.isEmpty() ? "" : String.join("\n", complaints) + "\n");
    }
}

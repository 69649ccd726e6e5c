package dev.iambroker.it.soak;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What came of the faults of a fleet.
 *
 * @param takeovers how long each took, from its fault on
 * @param retiredUses uses of a refresh token one of whose successors had been used
 * @param lostLogins accounts that need a person now, of those that do not log in by themselves
 * @param presentedAgain refresh tokens that were presented although another member may have done so
 */
record FleetFigures(
        long seed,
        Duration length,
        Map<String, Integer> faults,
        List<Duration> takeovers,
        long requests,
        String byStatus,
        int failedCallers,
        int expiredTokens,
        int retiredUses,
        List<String> lostLogins,
        double presentedAgain,
        long renewals,
        List<String> complaints) {
    boolean areGood() {
        return complaints.isEmpty()
                && failedCallers == 0
                && expiredTokens == 0
                && retiredUses == 0
                && requests > 0
                && !takeovers.isEmpty();
    }

    String report() {
        return """
                fleet: faults for %d s, seed %d (again: dev/test --fleet %1$d --seed %2$d)
                fleet: faults           %s
                fleet: takeovers        %s ms
                fleet: requests         %d %s
                fleet: failed callers   %d
                fleet: expired tokens   %d
                fleet: retired uses     %d of a refresh token, of %d renewals; %.0f presented again
                fleet: login_required   %d %s
                %s""".formatted(
                        length.toSeconds(),
                        seed,
                        faults,
                        takeovers.stream().map(Duration::toMillis).toList(),
                        requests,
                        byStatus,
                        failedCallers,
                        expiredTokens,
                        retiredUses,
                        renewals,
                        presentedAgain,
                        lostLogins.size(),
                        lostLogins,
                        complaints.isEmpty() ? "" : String.join("\n", complaints) + "\n");
    }
}

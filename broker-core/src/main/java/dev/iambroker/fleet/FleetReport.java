package dev.iambroker.fleet;

import dev.iambroker.account.AccountName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A fleet at one moment, as one member sees it.
 *
 * @param self id of the member that reports
 * @param members all that are there, by id; while the shared state is out of reach, those that were
 * @param logins by owner, those of this member's configuration
 * @param isConnected whether the shared state answers
 * @param refusal why this member has no part in it although the shared state answers; null where it has one
 * @param lag how old this member's view is at most
 * @param lostLeases how often this member lost its duties without giving them up, since its start
 * @param reopened how often this member presented a refresh token whose first use by another is in doubt, since its start
 * @param oldSeals records that are sealed by a key other than the first
 * @param unreadable records that this member cannot open, or does not understand
 */
public record FleetReport(
        String self,
        List<Member> members,
        Map<AccountName, Login> logins,
        boolean isConnected,
        @Nullable String refusal,
        Duration lag,
        long lostLeases,
        long reopened,
        long oldSeals,
        long unreadable) {
    public FleetReport {
        members = List.copyOf(members);
        logins = Map.copyOf(logins);
    }

    /**
     * @param host the machine's name, as it says itself
     * @param since when it joined, by its own clock
     * @param renews how many logins are its to renew
     */
    public record Member(String id, String host, String version, Instant since, int renews) {}

    /**
     * @param renewer id of the member that renews it; null between two of them
     * @param renewed when its session was written last, by the writer's clock; null where there is none
     */
    public record Login(@Nullable String renewer, @Nullable Instant renewed) {}
}

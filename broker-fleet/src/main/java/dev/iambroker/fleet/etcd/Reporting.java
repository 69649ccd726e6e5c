package dev.iambroker.fleet.etcd;

import dev.iambroker.account.AccountName;
import dev.iambroker.fleet.FleetReport;
import dev.iambroker.fleet.etcd.Keyspace.Kind;
import dev.iambroker.fleet.etcd.Mirror.Kept;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The mirror, as people and metrics see it: one pass over what is there. */
final class Reporting {
    private final String self;
    private final Keyspace keys;
    private final Mirror mirror;

    Reporting(String self, Keyspace keys, Mirror mirror) {
        this.self = self;
        this.keys = keys;
        this.mirror = mirror;
    }

    FleetReport report(
            Set<AccountName> owners,
            boolean isConnected,
            @Nullable String refusal,
            Duration lag,
            long lostLeases,
            long reopened) {
        return new FleetReport(
                self,
                members(),
                logins(owners),
                isConnected,
                refusal,
                lag,
                lostLeases,
                reopened,
                mirror.count(Kept::isOldSeal),
                mirror.count(Kept.Unread.class::isInstance));
    }

    private List<FleetReport.Member> members() {
        Map<String, Integer> renewed = new HashMap<>();
        for (Kept kept : mirror.all(Kind.RENEWER)) {
            if (kept instanceof Kept.Holder holder) {
                renewed.merge(holder.member(), 1, Integer::sum);
            }
        }
        List<FleetReport.Member> members = new ArrayList<>();
        for (Kept kept : mirror.all(Kind.MEMBER)) {
            if (kept instanceof Kept.Noted noted && noted.note() instanceof Note.Presence presence) {
                String id = noted.key().substring(keys.member("").length());
                members.add(new FleetReport.Member(
                        id, presence.host(), presence.version(), presence.since(), renewed.getOrDefault(id, 0)));
            }
        }
        members.sort(Comparator.comparing(FleetReport.Member::id));
        return members;
    }

    private Map<AccountName, FleetReport.Login> logins(Set<AccountName> owners) {
        Map<AccountName, FleetReport.Login> logins = new HashMap<>();
        for (AccountName owner : owners) {
            String id = keys.id(owner);
            Instant renewedAt =
                    mirror.find(Kind.SESSION, id) instanceof Kept.Session session ? session.writtenAt() : null;
            logins.put(owner, new FleetReport.Login(mirror.renewer(id), renewedAt));
        }
        return logins;
    }
}

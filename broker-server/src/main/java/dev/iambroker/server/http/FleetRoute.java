package dev.iambroker.server.http;

import dev.iambroker.account.AccountName;
import dev.iambroker.broker.TokenBroker;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.fleet.FleetReport;
import dev.iambroker.fleet.FleetReport.Login;
import dev.iambroker.fleet.FleetReport.Member;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How the fleet stands: to whoever may list any account, the logins of those accounts alone. To go through ten thousand of
 * them takes longer than an event loop may stand still.
 *
 * @param fleet null where none is configured
 */
record FleetRoute(TokenBroker broker, @Nullable Supplier<FleetReport> fleet, InstantSource clock) implements Route {
    @Override
    public RoutePattern pattern() {
        return RoutePattern.get("/v1/fleet");
    }

    @Override
    public Answer answer(Call call) {
        if (fleet == null) {
            throw new RequestRefused(Problem.of(
                    ProblemType.NO_FLEET, "no fleet is configured: set state.shared in the configuration and restart"));
        }
        // A broker that is locked has no part in its fleet.
        broker.demandOpen();
        FleetReport report = fleet.get();
        ClientIdentity client = call.client();
        Instant asOf = clock.instant().minus(report.lag());
        boolean isOfAny = !broker.accounts(client).isEmpty();
        JsonText json = new JsonText()
                .beginObject()
                .member("self", report.self())
                .member("connected", report.isConnected())
                .member("refused", isOfAny ? report.refusal() : null)
                .member("lag_seconds", report.lag().toSeconds())
                .member("as_of_at", asOf);
        members(isOfAny ? report.members() : List.of(), json);
        Map<String, String> hosts = new TreeMap<>();
        report.members().forEach(member -> hosts.put(member.id(), member.host()));
        json.name("logins").beginArray();
        sorted(report.logins()).forEach((account, login) -> {
            if (broker.mayList(client, account)) {
                login(account, login, hosts, json);
            }
        });
        json.endArray()
                .member("lost_leases", report.lostLeases())
                .member("presented_again", report.reopened())
                .member("old_seals", report.oldSeals())
                .member("unreadable", report.unreadable());
        return call.fitted(FullAnswer.json(json.endObject()));
    }

    private static void members(List<Member> members, JsonText json) {
        json.name("members").beginArray();
        for (Member member : members) {
            json.beginObject()
                    .member("id", member.id())
                    .member("host", member.host())
                    .member("version", member.version())
                    .member("joined_at", member.since())
                    .member("renews", member.renews())
                    .endObject();
        }
        json.endArray();
    }

    private static Map<String, Login> sorted(Map<AccountName, Login> logins) {
        Map<String, Login> sorted = new TreeMap<>();
        logins.forEach((name, login) -> sorted.put(name.value(), login));
        return sorted;
    }

    private static void login(String account, Login login, Map<String, String> hosts, JsonText json) {
        String renewer = login.renewer();
        json.beginObject()
                .member("account", account)
                .member("renewer", renewer)
                .member("renewer_host", renewer == null ? null : hosts.get(renewer))
                .member("renewed_at", login.renewed())
                .endObject();
    }
}

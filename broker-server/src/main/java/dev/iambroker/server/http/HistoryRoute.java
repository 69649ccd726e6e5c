package dev.iambroker.server.http;

import dev.iambroker.account.AccountName;
import dev.iambroker.broker.TokenBroker;
import dev.iambroker.event.RenewalHistory;
import dev.iambroker.event.RenewalHistory.Renewal;
import java.util.List;

/** How the renewals of an account's last day ended. {@code since} is null, and nothing known, where a reload just took it away. */
record HistoryRoute(TokenBroker broker, Renewals renewals) implements MemoryRoute {
    @Override
    public RoutePattern pattern() {
        return RoutePattern.get("/v1/accounts/{a}/history");
    }

    @Override
    public Answer answer(Call call) {
        AccountName account = broker.account(call.client(), call.account()).name();
        RenewalHistory history = renewals.of(account);
        JsonText json = new JsonText().beginObject().member("account", account.value());
        json.member("since", history == null ? null : history.since());
        write(history == null ? List.of() : history.renewals(), json);
        return FullAnswer.json(json.endObject());
    }

    private static void write(List<Renewal> renewals, JsonText json) {
        json.name("renewals").beginArray();
        for (Renewal each : renewals) {
            json.beginObject()
                    .member("at", each.at())
                    .member("kind", each.kind().word())
                    .member("outcome", each.outcome().word())
                    .endObject();
        }
        json.endArray();
    }
}

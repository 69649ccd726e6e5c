package dev.iambroker.server.cli;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.iambroker.account.AccountName;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the status page shows, as JSON: what the daemon says now, or, while it is away, what it said last and since when it is
 * silent. One look at the daemon at a time. Thread-safe.
 */
final class StatusFeed implements Supplier<String> {
    private static final String ALL = "/v1/accounts";

    private final BrokerClient client;
    private final InstantSource clock;

    @GuardedBy("this")
    private final Map<String, Known> histories = new HashMap<>();

    @GuardedBy("this")
    private final ObjectNode shown = Json.MAPPER.createObjectNode();

    @GuardedBy("this")
    private @Nullable Instant awaySince;

    /** An account's history as of those tokens. */
    private record Known(String tokens, JsonNode history) {}

    StatusFeed(BrokerClient client, InstantSource clock) {
        this.client = client;
        this.clock = clock;
    }

    /** @throws CommandFailure as any command does where no daemon answers */
    void demandDaemon() {
        client.json(BrokerRequest.get(ALL, BrokerClient.AT_ONCE));
    }

    @Override
    public synchronized String get() {
        var now = clock.instant();
        try {
            look();
            shown.put("seen_at", now.toString()).putNull("away_since").putNull("problem");
            awaySince = null;
        } catch (CommandFailure failure) {
            awaySince = awaySince == null ? now : awaySince;
            shown.put("away_since", awaySince.toString()).put("problem", failure.getMessage());
        }
        return Json.MAPPER.writeValueAsString(shown.put("now", now.toString()));
    }

    @GuardedBy("this")
    private void look() {
        var answer = client.json(BrokerRequest.get(ALL, BrokerClient.AT_ONCE));
        var accounts = answer.path("accounts");
        var next = new HashMap<String, Known>();
        for (var account : accounts) {
            var name = account.path("name").asString("");
            next.put(name, history(name, account));
        }
        histories.clear();
        histories.putAll(next);
        var renewals = Json.MAPPER.createObjectNode();
        histories.forEach((name, known) -> renewals.set(name, known.history));
        shown.set("accounts", accounts);
        shown.set("notes", answer.path("notes"));
        shown.set("histories", renewals);
    }

    @GuardedBy("this")
    private Known history(String name, JsonNode account) {
        var tokens = account.path("tokens").toString();
        var known = histories.get(name);
        var isSettled = account.path("state").asString("").equals("valid")
                && account.path("last_error").isNull();
        return isSettled && known != null && known.tokens.equals(tokens) ? known : new Known(tokens, asked(name));
    }

    /** Null for a client that may not see it, and from a daemon that keeps none. */
    private JsonNode asked(String name) {
        if (!AccountName.isValid(name)) {
            return Json.MAPPER.nullNode();
        }
        var answer = client.sendForStatus(
                BrokerRequest.get(ClientAccess.accountPath(name) + "/history", BrokerClient.AT_ONCE));
        return answer.isSuccess() ? BrokerClient.parsed(answer) : Json.MAPPER.nullNode();
    }
}

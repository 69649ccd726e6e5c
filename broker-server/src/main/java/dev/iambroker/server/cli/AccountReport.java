package dev.iambroker.server.cli;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** How an account stands, in a sentence. */
final class AccountReport {
    private final JsonNode account;
    private final TimeLeft time;

    AccountReport(JsonNode account, TimeLeft time) {
        this.account = account;
        this.time = time;
    }

    /** @param ibmName what IBM Cloud calls the account of an ID; null where that cannot be had */
    String loggedIn(Function<String, @Nullable String> ibmName) {
        var user = Json.text(account, "user");
        var identity = user == null ? Json.text(account, "iam_id") : user;
        var bound = Json.text(account, "account_id");
        return named()
                + " is logged in"
                + (identity == null ? "" : " as " + identity)
                + (bound == null ? ", bound to no IBM Cloud account" : " to " + called(bound, ibmName.apply(bound)))
                + ", " + until();
    }

    private static String called(String id, @Nullable String name) {
        return name == null ? "account " + id : "account " + name + " (" + id + ")";
    }

    String loggedOut() {
        return named() + " is logged out: 'iam-broker login " + Json.cell(account, "name") + "' logs it in again";
    }

    String renewed() {
        var access = TimeLeft.instant(account.path("tokens").path("access"), "expires_at");
        return named() + " is renewed" + (access == null ? "" : ", its access token ends " + time.until(access, "now"));
    }

    String purged() {
        return named() + " has no cached tokens now; its login is kept";
    }

    private String named() {
        return "account \"" + Json.cell(account, "name") + "\"";
    }

    /** Until when nobody has to log in again. */
    private String until() {
        var session = TimeLeft.instant(account, "refresh_token_expires_at");
        if (session != null) {
            return "session until " + time.date(session);
        }
        return switch (Json.cell(account, "login")) {
            case "api-key", "trusted-profile" -> "renewed by its credential";
            default -> "session until IAM ends it";
        };
    }
}

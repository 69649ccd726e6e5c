package dev.iambroker.server.cli;

import java.time.Instant;
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

    String loggedIn() {
        var identity = Json.text(account, "iam_id");
        var bound = Json.text(account, "account_id");
        return named()
                + " is logged in"
                + (identity == null ? "" : " as " + identity)
                + (bound == null ? ", bound to no IBM Cloud account" : " to account " + bound)
                + session();
    }

    String loggedOut() {
        return named() + " is logged out: 'iam-broker login " + Json.cell(account, "name") + "' logs it in again";
    }

    String renewed() {
        var access = accessEnd();
        return named() + " is renewed" + (access == null ? "" : ", its access token ends " + time.inWords(access));
    }

    String purged() {
        return named() + " has no cached tokens now; its login is kept";
    }

    private String named() {
        return "account \"" + Json.cell(account, "name") + "\"";
    }

    private String session() {
        var end = TimeLeft.instant(account, "refresh_token_expires_at");
        if (end != null) {
            return ", until " + end + " (" + time.inWords(end) + ")";
        }
        var access = accessEnd();
        return access == null
                ? ""
                : "; its token lasts until " + access + " (" + time.inWords(access) + ") and is renewed";
    }

    private @Nullable Instant accessEnd() {
        return TimeLeft.instant(account.path("tokens").path("access"), "expires_at");
    }
}

package dev.iambroker.server.cli;

import dev.iambroker.server.cli.Palette.Colour;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** All there is to know of one account, a line each. Confined to one thread. */
final class StatusSheet {
    private static final int INDENT = 14;

    private final JsonNode account;
    private final TimeLeft time;
    private final Sheet sheet;
    private final StringBuilder text = new StringBuilder();

    StatusSheet(JsonNode account, TimeLeft time, Sheet sheet) {
        this.account = account;
        this.time = time;
        this.sheet = sheet;
    }

    String render() {
        var state = StatusTable.stateOf(account);
        line("account", Json.cell(account, "name"));
        line("state", state, sheet.palette().paint(StatusTable.colour(state), state) + meaning(state));
        line("login", login());
        line("IBM account", Json.text(account, "account_id"));
        account.path("tokens").propertyStream().forEach(token -> token(token.getKey(), token.getValue()));
        line("session", when("ends", TimeLeft.instant(account, "refresh_token_expires_at")));
        line("runway", runway());
        line("last error", new StatusTable(time).error(account.path("last_error")));
        line("soon", StatusTable.loginEnd(account));
        line("next", StatusTable.advice(account));
        return text.toString();
    }

    private @Nullable String runway() {
        return account.path("runway_seconds").asLong(0) > 0
                ? "callers are served for another " + StatusTable.runway(account) + " if IAM stays down from now"
                : null;
    }

    private static String meaning(String state) {
        return switch (state) {
            case "starting" -> ", no token yet";
            case "refreshing" -> ", tokens are being renewed";
            case "backoff" -> ", IAM fails: what is cached is served";
            case "login_required" -> ", nobody is logged in";
            case "disabled" -> ", logged out on purpose";
            case "locked" -> ", nothing is served";
            default -> "";
        };
    }

    private String login() {
        var owner = StatusTable.loginOf(account);
        var user = Json.text(account, "user");
        var identity = Json.text(account, "iam_id");
        return Json.cell(account, "login")
                + (owner.equals(Json.cell(account, "name")) ? "" : " of account " + owner)
                + (user == null ? "" : ", as " + user)
                + (identity == null ? "" : user == null ? ", as " + identity : " (" + identity + ")");
    }

    private void token(String kind, JsonNode token) {
        var end = TimeLeft.instant(token, "expires_at");
        if (end == null) {
            return;
        }
        var isOpenShift = kind.startsWith(StatusTable.OPENSHIFT);
        line(
                isOpenShift ? "OpenShift" : PlainText.of(kind) + " token",
                (isOpenShift ? "token of " + StatusTable.clusterOf(kind) + " " : "")
                        + when("ends", end)
                        + renewed(token));
    }

    private String renewed(JsonNode token) {
        var next = TimeLeft.instant(token, "refresh_at");
        return next == null ? "" : ", renewed " + time.until(next, "now");
    }

    private @Nullable String when(String verb, @Nullable Instant instant) {
        return instant == null ? null : verb + " " + time.until(instant, "now") + " (" + time.date(instant) + ")";
    }

    private void line(String name, @Nullable String value) {
        line(name, value, value);
    }

    /** @param painted what is shown of {@code value}; null leaves the line out */
    private void line(String name, @Nullable String value, @Nullable String painted) {
        if (value == null || painted == null) {
            return;
        }
        var head = sheet.palette().paint(Colour.HEAD, name);
        text.append(head).repeat(' ', INDENT - name.length());
        text.append(value.equals(painted) ? Table.folded(value, INDENT, sheet.columns()) : painted)
                .append('\n');
    }
}

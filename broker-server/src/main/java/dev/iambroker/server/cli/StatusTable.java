package dev.iambroker.server.cli;

import dev.iambroker.server.cli.Palette.Colour;
import dev.iambroker.server.cli.Table.Cell;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The daemon's accounts as a table, the latest failure of each below its row. */
final class StatusTable {
    /** As soon as this is left of a login, it is said how to begin it anew. */
    private static final Duration LOGIN_ENDS_SOON = Duration.ofHours(8);

    /** Before the id of a cluster that has tokens of its own. */
    private static final String OPENSHIFT = "kube/";

    private final TimeLeft time;

    StatusTable(TimeLeft time) {
        this.time = time;
    }

    /** {@code answer} is one account or a list of them. */
    String render(JsonNode answer, Palette palette) {
        var accounts = answer.path("accounts");
        if (accounts.isArray() && accounts.isEmpty()) {
            return "no account that you may see\n";
        }
        var table = new Table("ACCOUNT", "STATE", "LOGIN", "ACCESS", "KUBE", "REFRESH", "SESSION", "RUNWAY");
        if (accounts.isArray()) {
            accounts.forEach(account -> addRow(table, account));
        } else {
            addRow(table, answer);
        }
        return table.render(palette) + shares(answer.path("shares"), palette) + notes(answer);
    }

    private String shares(JsonNode shares, Palette palette) {
        if (shares.isEmpty()) {
            return "";
        }
        var table = new Table("SHARE", "ACCOUNT", "KIND", "CLUSTER", "ENDS IN", "USES LEFT", "SOCKET");
        for (var share : shares) {
            table.row(
                    Cell.of(Json.cell(share, "id")),
                    Cell.of(Json.cell(share, "account")),
                    Cell.of(Json.cell(share, "kind")),
                    Cell.of(Json.cell(share, "cluster")),
                    Cell.of(time.until(TimeLeft.instant(share, "expires_at"), "ended")),
                    Cell.of(Json.cell(share, "uses_left")),
                    Cell.of(Json.cell(share, "path")));
        }
        return "\n" + table.render(palette);
    }

    private void addRow(Table table, JsonNode account) {
        var tokens = account.path("tokens");
        var state = Json.cell(account, "state");
        table.row(
                Cell.of(Json.cell(account, "name")),
                new Cell(state, colour(state)),
                Cell.of(Json.cell(account, "login")),
                Cell.of(ends(tokens.path("access"))),
                Cell.of(ends(tokens.path("kube"))),
                Cell.of(time.until(nextRefresh(tokens), "now")),
                Cell.of(time.until(TimeLeft.instant(account, "refresh_token_expires_at"), "ended")),
                Cell.of(runway(account)));
        addOpenShiftTokens(table, tokens);
        addError(table, account.path("last_error"));
        addLoginEnd(table, account);
        if (state.equals("login_required") || state.equals("disabled")) {
            table.note("run 'iam-broker login " + loginOf(account) + "'");
        }
        if (state.equals("locked")) {
            table.note("run 'iam-broker unlock'");
        }
    }

    private void addOpenShiftTokens(Table table, JsonNode tokens) {
        tokens.propertyStream()
                .filter(token -> token.getKey().startsWith(OPENSHIFT))
                .forEach(token -> table.note("OpenShift cluster "
                        + PlainText.of(token.getKey().substring(OPENSHIFT.length())) + ": its token ends in "
                        + ends(token.getValue())));
    }

    private static void addLoginEnd(Table table, JsonNode account) {
        var seconds = account.path("login_runway_seconds");
        var left = Duration.ofSeconds(seconds.isNumber() ? seconds.asLong() : 0);
        if (left.isPositive() && left.compareTo(LOGIN_ENDS_SOON) <= 0) {
            table.note("login ends in " + TimeLeft.spelt(left) + ": run 'iam-broker login " + loginOf(account) + "'");
        }
    }

    /** The account to log in: that of another is refused where it shares that one's login. */
    static String loginOf(JsonNode account) {
        var owner = Json.text(account, "login_of");
        return owner == null ? Json.cell(account, "name") : owner;
    }

    private static Colour colour(String state) {
        return switch (state) {
            case "valid" -> Colour.GOOD;
            case "starting", "refreshing", "backoff" -> Colour.BUSY;
            case "login_required", "locked", "disabled" -> Colour.BAD;
            default -> Colour.PLAIN;
        };
    }

    private String ends(JsonNode token) {
        return time.until(TimeLeft.instant(token, "expires_at"), "ended");
    }

    private static @Nullable Instant nextRefresh(JsonNode tokens) {
        return tokens.valueStream()
                .map(token -> TimeLeft.instant(token, "refresh_at"))
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    private static String runway(JsonNode account) {
        var seconds = account.path("runway_seconds");
        return seconds.isNumber() ? TimeLeft.brief(Duration.ofSeconds(seconds.asLong())) : "-";
    }

    private void addError(Table table, JsonNode error) {
        var detail = Json.text(error, "detail");
        if (detail == null) {
            return;
        }
        var when = time.since(TimeLeft.instant(error, "at"));
        var code = Json.text(error, "iam_code");
        var named = code == null || detail.contains(code) ? detail : code + " " + detail;
        table.note("last error" + (when.isEmpty() ? "" : " " + when) + ": " + named);
    }

    /** What the daemon wants the operator to know besides, such as a state key that lies beside what it protects. */
    private static String notes(JsonNode answer) {
        var text = new StringBuilder();
        for (var note : answer.path("notes")) {
            text.append("note: ").append(PlainText.of(note.asString(""))).append('\n');
        }
        return text.toString();
    }
}

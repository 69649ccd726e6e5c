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
    static final String OPENSHIFT = "kube/";

    private static final String NOTE = "note: ";

    private final TimeLeft time;

    StatusTable(TimeLeft time) {
        this.time = time;
    }

    /** {@code answer} is a list of accounts. */
    String render(JsonNode answer, Sheet sheet) {
        var accounts = answer.path("accounts");
        if (accounts.isEmpty()) {
            return "no account that you may see\n";
        }
        var isLocked =
                accounts.valueStream().allMatch(account -> stateOf(account).equals("locked"));
        var table = new Table("ACCOUNT", "STATE", "LOGIN", "ACCESS", "KUBE", "REFRESH", "SESSION", "RUNWAY")
                .sparse("ACCESS", "KUBE", "REFRESH", "SESSION")
                .givingWay("LOGIN", "KUBE", "SESSION", "REFRESH", "ACCESS")
                .cutting("ACCOUNT");
        accounts.forEach(account -> addRow(table, account, isLocked));
        return (isLocked ? locked(sheet) : "")
                + table.render(sheet)
                + shares(answer.path("shares"), sheet)
                + notes(answer, sheet);
    }

    /** Said once, where it is so of the whole broker. */
    private static String locked(Sheet sheet) {
        return sheet.palette().paint(Colour.BAD, "locked") + ", nothing is served: run 'iam-broker unlock'\n\n";
    }

    private String shares(JsonNode shares, Sheet sheet) {
        if (shares.isEmpty()) {
            return "";
        }
        var table = new Table("SHARE", "ACCOUNT", "KIND", "CLUSTER", "ENDS", "USES LEFT", "SOCKET")
                .sparse("CLUSTER", "USES LEFT")
                .givingWay("USES LEFT", "CLUSTER", "KIND")
                .cutting("ACCOUNT", "SOCKET");
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
        return "\n" + table.render(sheet);
    }

    private void addRow(Table table, JsonNode account, boolean isLockSaid) {
        var tokens = account.path("tokens");
        var state = stateOf(account);
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
        var error = error(account.path("last_error"));
        if (error != null) {
            table.remark("last error " + error);
        }
        var loginEnd = loginEnd(account);
        if (loginEnd != null) {
            table.note(loginEnd);
        }
        var advice = advice(account);
        if (advice != null && !(isLockSaid && state.equals("locked"))) {
            table.note(advice);
        }
    }

    private void addOpenShiftTokens(Table table, JsonNode tokens) {
        tokens.propertyStream()
                .filter(token -> token.getKey().startsWith(OPENSHIFT))
                .forEach(token -> table.remark("OpenShift cluster " + clusterOf(token.getKey()) + ": its token ends "
                        + ends(token.getValue())));
    }

    static String clusterOf(String token) {
        return PlainText.of(token.substring(OPENSHIFT.length()));
    }

    static String stateOf(JsonNode account) {
        return Json.cell(account, "state");
    }

    /** Null where the login does not end soon. */
    static @Nullable String loginEnd(JsonNode account) {
        var seconds = account.path("login_runway_seconds");
        var left = Duration.ofSeconds(seconds.isNumber() ? seconds.asLong() : 0);
        return left.isPositive() && left.compareTo(LOGIN_ENDS_SOON) <= 0
                ? "login ends in " + TimeLeft.span(left) + ": run 'iam-broker login " + loginOf(account) + "'"
                : null;
    }

    /** What a person has to do; null for nothing. */
    static @Nullable String advice(JsonNode account) {
        return switch (stateOf(account)) {
            case "login_required", "disabled" -> "run 'iam-broker login " + loginOf(account) + "'";
            case "locked" -> "run 'iam-broker unlock'";
            default -> null;
        };
    }

    /** The account to log in: that of another is refused where it shares that one's login. */
    static String loginOf(JsonNode account) {
        var owner = Json.text(account, "login_of");
        return owner == null ? Json.cell(account, "name") : owner;
    }

    static Colour colour(String state) {
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

    static String runway(JsonNode account) {
        var seconds = account.path("runway_seconds");
        return seconds.isNumber() ? TimeLeft.span(Duration.ofSeconds(seconds.asLong())) : "-";
    }

    /** {@code 3 min ago: …}; null where there is none. */
    @Nullable
    String error(JsonNode error) {
        var detail = Json.text(error, "detail");
        if (detail == null) {
            return null;
        }
        var when = time.since(TimeLeft.instant(error, "at"));
        var code = Json.text(error, "iam_code");
        var named = code == null || detail.contains(code) ? detail : code + " " + detail;
        return when.isEmpty() ? named : when + ": " + named;
    }

    /** What the daemon wants the operator to know besides, such as a state key that lies beside what it protects. */
    private static String notes(JsonNode answer, Sheet sheet) {
        var text = new StringBuilder();
        for (var note : answer.path("notes")) {
            text.append(NOTE)
                    .append(Table.folded(PlainText.of(note.asString("")), NOTE.length(), sheet.columns()))
                    .append('\n');
        }
        return text.toString();
    }
}

package dev.iambroker.server.cli;

import dev.iambroker.server.cli.Palette.Colour;
import dev.iambroker.server.cli.Table.Cell;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The fleet as two tables: who is in it, and who renews what. */
final class FleetTable {
    private final TimeLeft time;

    FleetTable(TimeLeft time) {
        this.time = time;
    }

    /** {@code answer} is that of {@code /v1/fleet}. */
    String render(JsonNode answer, Sheet sheet) {
        if (answer.path("members").isEmpty() && answer.path("logins").isEmpty()) {
            return "no account that you may see\n";
        }
        return state(answer, sheet) + "\n" + members(answer, sheet) + logins(answer.path("logins"), sheet)
                + remarks(answer);
    }

    private String state(JsonNode answer, Sheet sheet) {
        var palette = sheet.palette();
        if (answer.path("connected").asBoolean(false)) {
            return palette.paint(Colour.GOOD, "connected") + ", lag " + lag(answer) + "\n";
        }
        String refusal = answer.path("refused").stringValue(null);
        if (refusal != null) {
            return palette.paint(Colour.BAD, "no part in the fleet") + ": " + refusal + "\n";
        }
        var since = TimeLeft.instant(answer, "as_of_at");
        return palette.paint(Colour.BAD, "etcd out of reach") + (since == null ? "" : " since " + time.date(since))
                + " (" + time.since(since) + "): what is below is as of then\n";
    }

    static String lag(JsonNode answer) {
        long seconds = answer.path("lag_seconds").asLong(0);
        return seconds == 0 ? "below 1 s" : TimeLeft.span(Duration.ofSeconds(seconds));
    }

    private String members(JsonNode answer, Sheet sheet) {
        var self = Json.cell(answer, "self");
        var table = new Table("MEMBER", "HOST", "VERSION", "JOINED", "RENEWS")
                .givingWay("VERSION", "JOINED")
                .cutting("MEMBER", "HOST");
        for (var member : answer.path("members")) {
            var id = Json.cell(member, "id");
            table.row(
                    Cell.of(id),
                    Cell.of(Json.cell(member, "host") + (id.equals(self) ? " (this one)" : "")),
                    Cell.of(Json.cell(member, "version")),
                    Cell.of(ago(member, "joined_at")),
                    Cell.of(Json.cell(member, "renews")));
        }
        return table.render(sheet);
    }

    private String logins(JsonNode logins, Sheet sheet) {
        if (logins.isEmpty()) {
            return "";
        }
        var table = new Table("ACCOUNT", "RENEWED BY", "HOST", "RENEWED")
                .givingWay("RENEWED BY")
                .cutting("ACCOUNT", "HOST");
        for (var login : logins) {
            table.row(
                    Cell.of(Json.cell(login, "account")),
                    Cell.of(Json.cell(login, "renewer")),
                    Cell.of(Json.cell(login, "renewer_host")),
                    Cell.of(ago(login, "renewed_at")));
        }
        return "\n" + table.render(sheet);
    }

    private String ago(JsonNode node, String member) {
        var since = time.since(TimeLeft.instant(node, member));
        return since.isEmpty() ? "-" : since;
    }

    private static String remarks(JsonNode answer) {
        var text = new StringBuilder();
        remark(text, answer, "lost_leases", "leases of this member that ended without being given up");
        remark(text, answer, "presented_again", "refresh tokens presented once more, their first use in doubt");
        remark(text, answer, "old_seals", "records sealed by a fleet key other than the first");
        remark(
                text,
                answer,
                "unreadable",
                "records that no line of this member's fleet key opens, or of another version");
        return text.isEmpty() ? "" : "\n" + text;
    }

    private static void remark(StringBuilder text, JsonNode answer, String member, @Nullable String what) {
        long count = answer.path(member).asLong(0);
        if (count > 0) {
            text.append("note: ").append(what).append(": ").append(count).append('\n');
        }
    }
}

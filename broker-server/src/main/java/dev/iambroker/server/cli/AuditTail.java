package dev.iambroker.server.cli;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The last records, a line each, and those that come. */
final class AuditTail {
    /** What the daemon gives in one answer. */
    static final int MOST = 1000;

    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final String PATH = "/v1/audit/records";

    private final ClientAccess access;
    private final OutputOption output;

    AuditTail(ClientAccess access, OutputOption output) {
        this.access = access;
        this.output = output;
    }

    int print(int count, boolean follow) {
        var client = access.client();
        var around = access.around();
        long last = print(ask(client, PATH + "?limit=" + count), 0);
        while (follow && !around.out().checkError() && around.pause().pass(LOOK)) {
            last = print(ask(client, PATH + "?limit=" + MOST + "&after=" + last), last);
        }
        return 0;
    }

    private static JsonNode ask(BrokerClient client, String target) {
        return client.json(BrokerRequest.get(target, BrokerClient.AT_ONCE));
    }

    /** The number of the last record so far. */
    private long print(JsonNode answer, long before) {
        long last = before;
        for (var record : answer.path("records")) {
            access.around().out().println(output.isJson() ? Json.MAPPER.writeValueAsString(record) : line(record));
            last = Math.max(last, record.path("seq").asLong(0));
        }
        access.around().out().flush();
        return last;
    }

    private static String line(JsonNode record) {
        var line = new StringBuilder(Json.cell(record, "time"))
                .append("  ")
                .append(AuditHolders.client(record))
                .append("  ")
                .append(Json.cell(record, "action"))
                .append(' ')
                .append(Json.cell(record, "account"));
        add(line, "/", Json.text(record, "cluster"));
        line.append(record.path("allowed").asBoolean(false) ? "  allowed by " : "  refused by ")
                .append(Json.cell(record, "rule"));
        add(line, "  ", Json.text(record, "source"));
        add(line, " ", Json.text(record, "fingerprint"));
        add(line, "  times ", Json.text(record, "count"));
        add(line, "  missed before it: ", Json.text(record, "missed"));
        add(line, "  the log before it is gone, records at least: ", Json.text(record, "log_missing"));
        return line.toString();
    }

    private static void add(StringBuilder line, String before, @Nullable String text) {
        if (text != null) {
            line.append(before).append(text);
        }
    }
}

package dev.iambroker.server.cli;

import java.util.function.BiConsumer;
import tools.jackson.databind.JsonNode;

/** A list of the daemon's, as a table or as it is. */
final class Listing {
    private final ClientAccess access;
    private final OutputOption output;

    Listing(ClientAccess access, OutputOption output) {
        this.access = access;
        this.output = output;
    }

    int print(String path, String member, Table table, BiConsumer<Table, JsonNode> row) {
        var answer = access.client().json(BrokerRequest.get(path, BrokerClient.UPSTREAM));
        var around = access.around();
        if (output.isJson()) {
            around.out().println(Json.pretty(answer));
            return 0;
        }
        var entries = answer.path(member);
        entries.forEach(entry -> row.accept(table, entry));
        around.out().print(entries.isEmpty() ? "no " + member + "\n" : table.render(Sheet.of(around)));
        return 0;
    }
}

package dev.iambroker.server.cli;

import dev.iambroker.server.cli.Table.Cell;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code accounts} */
@Command(
        name = "accounts",
        description = {
            "List the IBM Cloud accounts that this account's login can reach.",
            "With one of them, print the line that the configuration needs for it; nothing is written."
        },
        footer = {"", "Example:", "  iam-broker accounts dev", "  iam-broker accounts dev \"Team B\""})
final class AccountsCommand implements Callable<Integer> {
    private final ClientAccess access;

    @Mixin
    final AccountParameter account = new AccountParameter();

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "IBM_ACCOUNT",
            description = "One of those that are listed, by ID or name.")
    @Nullable
    String chosen;

    @Mixin
    final OutputOption output = new OutputOption();

    AccountsCommand(ClientAccess access) {
        this.access = access;
    }

    @Override
    public Integer call() {
        var path = account.path() + "/ibm-accounts";
        if (chosen != null) {
            var answer = access.client().json(BrokerRequest.get(path, BrokerClient.UPSTREAM));
            print(only(
                    answer.path("accounts").valueStream().filter(this::isChosen).toList()));
            return 0;
        }
        return new Listing(access, output)
                .print(
                        path,
                        "accounts",
                        new Table("ID", "NAME", "STATE"),
                        (table, entry) -> table.row(
                                Cell.of(Json.cell(entry, "id")),
                                Cell.of(Json.cell(entry, "name")),
                                Cell.of(Json.cell(entry, "state"))));
    }

    private boolean isChosen(JsonNode entry) {
        return Json.cell(entry, "id").equals(chosen) || Json.cell(entry, "name").equals(chosen);
    }

    private JsonNode only(List<JsonNode> found) {
        if (found.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.UNKNOWN_NAME,
                    "this login reaches no IBM Cloud account of that ID or name: 'iam-broker accounts " + account.name
                            + "' lists those it does");
        }
        if (found.size() > 1) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "several IBM Cloud accounts have that name: use one of the IDs "
                            + found.stream()
                                    .map(entry -> Json.cell(entry, "id"))
                                    .collect(Collectors.joining(", ")));
        }
        return found.getFirst();
    }

    private void print(JsonNode entry) {
        var out = access.around().out();
        if (output.isJson()) {
            out.println(Json.pretty(entry));
            return;
        }
        var id = Json.cell(entry, "id");
        out.println("in the configuration, under accounts." + account.name + ":");
        out.println("  account-id: " + id);
        out.println("or, to reach it beside that one through the same password or passcode, under accounts:");
        out.println("  ALIAS: { login: " + account.name + ", account-id: " + id + " }");
    }
}

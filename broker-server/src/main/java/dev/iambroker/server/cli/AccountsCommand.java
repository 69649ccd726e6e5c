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
                        new Table("ID", "NAME", "STATE").cutting("NAME"),
                        (table, entry) -> table.row(
                                Cell.of(Json.cell(entry, "id")),
                                Cell.of(Json.cell(entry, "name")),
                                Cell.of(Json.cell(entry, "state"))));
    }

    private boolean isChosen(JsonNode entry) {
        return Json.cell(entry, "id").equalsIgnoreCase(chosen)
                || Json.cell(entry, "name").equals(chosen);
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
        var view = access.client().json(BrokerRequest.get(account.path(), BrokerClient.AT_ONCE));
        lines(view, Json.cell(entry, "id")).forEach(out::println);
    }

    private List<String> lines(JsonNode view, String id) {
        var bound = Json.text(view, "account_id");
        if (id.equalsIgnoreCase(bound)) {
            return List.of("account \"" + account.name + "\" is this one already: its account-id is " + id);
        }
        return switch (Json.cell(view, "login")) {
            case "api-key" ->
                ofOneAccount(
                        bound,
                        id,
                        "key",
                        "an API key belongs to one account: give ALIAS that account's own key, under accounts:",
                        "api-key: { file: FILE }");
            case "trusted-profile" ->
                ofOneAccount(
                        bound,
                        id,
                        "trusted profile",
                        "a trusted profile belongs to one account: give ALIAS one of that account, under accounts:",
                        "trusted-profile: { profile-name: NAME, cr-token-file: FILE }");
            default ->
                List.of(
                        "in the configuration, under accounts." + account.name + ":",
                        "  account-id: " + id,
                        "or, to reach it beside that one through the same login, under accounts:",
                        alias("login: " + StatusTable.loginOf(view), id));
        };
    }

    private List<String> ofOneAccount(@Nullable String bound, String id, String what, String sentence, String login) {
        if (bound != null) {
            return List.of(sentence, alias(login, id));
        }
        return List.of(
                "in the configuration, under accounts." + account.name + ", if that is the account of its " + what
                        + ":",
                "  account-id: " + id,
                "otherwise, " + sentence,
                alias(login, id));
    }

    private static String alias(String login, String id) {
        return "  ALIAS: { " + login + ", account-id: " + id + " }";
    }
}

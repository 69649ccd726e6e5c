package dev.iambroker.server.cli;

import dev.iambroker.server.cli.Table.Cell;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code accounts} */
@Command(
        name = "accounts",
        description = "List the IBM Cloud accounts that this account's login can reach.",
        footer = {"", "Example:", "  iam-broker accounts dev"})
final class AccountsCommand implements Callable<Integer> {
    private final ClientAccess access;

    @Mixin
    final AccountParameter account = new AccountParameter();

    @Mixin
    final OutputOption output = new OutputOption();

    AccountsCommand(ClientAccess access) {
        this.access = access;
    }

    @Override
    public Integer call() {
        return new Listing(access, output)
                .print(
                        account.path() + "/ibm-accounts",
                        "accounts",
                        new Table("ID", "NAME", "STATE"),
                        (table, entry) -> table.row(
                                Cell.of(Json.cell(entry, "id")),
                                Cell.of(Json.cell(entry, "name")),
                                Cell.of(Json.cell(entry, "state"))));
    }
}

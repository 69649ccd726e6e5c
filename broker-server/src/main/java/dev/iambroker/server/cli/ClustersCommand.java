package dev.iambroker.server.cli;

import dev.iambroker.server.cli.Table.Cell;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code clusters} */
@Command(
        name = "clusters",
        description = {
            "List the account's classic and VPC clusters.",
            "What was listed within the last five minutes is shown again, unless told otherwise."
        },
        footer = {"", "Example:", "  iam-broker clusters prod --refresh"})
final class ClustersCommand implements Callable<Integer> {
    private final ClientAccess access;

    @Mixin
    final AccountParameter account = new AccountParameter();

    @Option(names = "--refresh", description = "Ask IBM Cloud now.")
    boolean refresh;

    @Mixin
    final OutputOption output = new OutputOption();

    ClustersCommand(ClientAccess access) {
        this.access = access;
    }

    @Override
    public Integer call() {
        var table = new Table("NAME", "ID", "TYPE", "STATE", "VERSION", "REGION")
                .givingWay("REGION", "VERSION", "TYPE")
                .cutting("NAME");
        return new Listing(access, output)
                .print(
                        account.path() + "/clusters" + (refresh ? "?refresh=true" : ""),
                        "clusters",
                        table,
                        (rows, entry) -> rows.row(
                                Cell.of(Json.cell(entry, "name")),
                                Cell.of(Json.cell(entry, "id")),
                                Cell.of(Json.cell(entry, "type")),
                                Cell.of(Json.cell(entry, "state")),
                                Cell.of(Json.cell(entry, "version")),
                                Cell.of(Json.cell(entry, "region"))));
    }
}

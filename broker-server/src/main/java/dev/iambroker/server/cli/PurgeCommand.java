package dev.iambroker.server.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code purge} */
@Command(
        name = "purge",
        description = "Drop the account's cached tokens; its login is kept.",
        footer = {"", "Example:", "  iam-broker purge prod"})
final class PurgeCommand implements Callable<Integer> {
    private final ClientAccess access;

    @Mixin
    final AccountParameter account = new AccountParameter();

    @Mixin
    final OutputOption output = new OutputOption();

    PurgeCommand(ClientAccess access) {
        this.access = access;
    }

    @Override
    public Integer call() {
        return new AccountAction(access, output).run(AccountAction.request(account, "purge"), AccountReport::purged);
    }
}

package dev.iambroker.server.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code refresh} */
@Command(
        name = "refresh",
        description = "Renew the account's tokens now; the old ones stay when that fails.",
        footer = {"", "Example:", "  iam-broker refresh prod"})
final class RefreshCommand implements Callable<Integer> {
    private final ClientAccess access;

    @Mixin
    final AccountParameter account = new AccountParameter();

    @Mixin
    final OutputOption output = new OutputOption();

    RefreshCommand(ClientAccess access) {
        this.access = access;
    }

    @Override
    public Integer call() {
        return new AccountAction(access, output).run(AccountAction.request(account, "refresh"), AccountReport::renewed);
    }
}

package dev.iambroker.server.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code logout} */
@Command(
        name = "logout",
        description = "Forget the session here, and revoke it at IAM where IAM offers it.",
        footer = {"", "Example:", "  iam-broker logout prod"})
final class LogoutCommand implements Callable<Integer> {
    private final ClientAccess access;

    @Mixin
    final AccountParameter account = new AccountParameter();

    @Mixin
    final OutputOption output = new OutputOption();

    LogoutCommand(ClientAccess access) {
        this.access = access;
    }

    @Override
    public Integer call() {
        return new AccountAction(access, output)
                .run(AccountAction.request(account, "logout"), AccountReport::loggedOut);
    }
}

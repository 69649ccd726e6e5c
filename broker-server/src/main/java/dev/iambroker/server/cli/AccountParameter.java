package dev.iambroker.server.cli;

import picocli.CommandLine.Parameters;

/** The account that a command is about. */
final class AccountParameter {
    @Parameters(paramLabel = "ACCOUNT", description = "An account's alias, as 'iam-broker status' lists them.")
    String name = "";

    /** @throws CommandFailure when it cannot be an alias */
    String path() {
        return ClientAccess.accountPath(name);
    }
}

package dev.iambroker.server.cli;

import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** What the completion scripts ask for while the user types: words, or nothing, but never a message. */
@Command(
        name = "__complete",
        hidden = true,
        description = "List words for the shell's completion.",
        footer = {"", "Example:", "  iam-broker __complete accounts"})
final class CompleteCommand implements Callable<Integer> {
    private static final Duration WHILE_TYPING = Duration.ofSeconds(2);

    private final ClientAccess access;

    @Parameters(paramLabel = "WHAT", description = "accounts")
    String what = "";

    CompleteCommand(ClientAccess access) {
        this.access = access;
    }

    @Override
    public Integer call() {
        if (what.equals("accounts")) {
            printAccounts();
        }
        return 0;
    }

    private void printAccounts() {
        try {
            var answer = access.client().json(BrokerRequest.get("/v1/accounts", WHILE_TYPING));
            answer.path("accounts").forEach(account -> access.around().out().println(Json.cell(account, "name")));
        } catch (CommandFailure unreachable) {
            // The user is typing: there is nothing to complete, and no place for a message.
        }
    }
}

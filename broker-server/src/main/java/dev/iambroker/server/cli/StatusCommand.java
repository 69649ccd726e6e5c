package dev.iambroker.server.cli;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code status} */
@Command(
        name = "status",
        description = {
            "Show how the accounts stand.",
            "The life left of the access and kube tokens; when the next refresh is due; the life left of the session"
                    + " (refresh token); and the runway: how long callers are served if IAM stays down from now."
        },
        footer = {"", "Example:", "  iam-broker status --watch"})
final class StatusCommand implements Callable<Integer> {
    private static final Duration REDRAW = Duration.ofSeconds(2);
    private static final String TOP_LEFT = "\u001b[H\u001b[2J";

    private final ClientAccess access;

    @Parameters(arity = "0..1", paramLabel = "ACCOUNT", description = "Only this account.")
    @Nullable
    String account;

    @Option(names = "--watch", description = "Show it again every two seconds until interrupted.")
    boolean watch;

    @Option(
            names = "--web",
            description =
                    "Show all accounts on a page for one browser, at the address that is printed, until interrupted.")
    boolean web;

    @Mixin
    final OutputOption output = new OutputOption();

    StatusCommand(ClientAccess access) {
        this.access = access;
    }

    @Override
    public Integer call() {
        if (web) {
            return WebStatus.show(access, account == null && !watch && !output.isJson());
        }
        var client = access.client();
        var first = frame(client);
        if (watch) {
            redraw(client, first);
            return 0;
        }
        access.around().out().print(first);
        return 0;
    }

    private void redraw(BrokerClient client, String first) {
        var around = access.around();
        var clear = Palette.isTerminal(around) ? TOP_LEFT : "";
        around.out().print(clear + first);
        around.out().flush();
        while (around.pause().pass(REDRAW) && !around.out().checkError()) {
            around.out().print(clear + frameOrFailure(client));
            around.out().flush();
        }
    }

    /** A daemon that is restarted must not end the watch. */
    private String frameOrFailure(BrokerClient client) {
        try {
            return frame(client);
        } catch (CommandFailure failure) {
            return failure.getMessage() + "\n";
        }
    }

    private String frame(BrokerClient client) {
        var path = account == null ? "/v1/accounts" : ClientAccess.accountPath(account);
        var answer = client.json(BrokerRequest.get(path, BrokerClient.AT_ONCE));
        return output.isJson() ? Json.pretty(answer) + "\n" : table(answer);
    }

    private String table(JsonNode answer) {
        var around = access.around();
        var table = new StatusTable(new TimeLeft(around.clock()));
        return table.render(answer, Palette.of(around));
    }
}

package dev.iambroker.server.cli;

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
            "Show how the accounts stand, or all there is to know of one.",
            "When the access and kube tokens end; when the next refresh is due; when the session (refresh token) ends;"
                    + " and the runway: how long callers are served if IAM stays down from now. A terminal shows the"
                    + " columns that it has room for, a pipe gets all."
        },
        footer = {
            "",
            "Example:",
            "  iam-broker status",
            "  iam-broker status prod",
            "  iam-broker status --watch",
            "  iam-broker status --fleet"
        })
final class StatusCommand implements Callable<Integer> {
    private final ClientAccess access;

    @Parameters(arity = "0..1", paramLabel = "ACCOUNT", description = "All there is to know of this account.")
    @Nullable
    String account;

    @Option(
            names = "--watch",
            description = "Keep it current until interrupted; without a terminal, print it again at each change.")
    boolean watch;

    @Option(
            names = "--web",
            description =
                    "Show all accounts on a page for one browser, at the address that is printed, until interrupted.")
    boolean web;

    @Option(
            names = "--fleet",
            description = "Show the brokers that share their logins with this one, and which of them renews what.")
    boolean fleet;

    @Mixin
    final OutputOption output = new OutputOption();

    StatusCommand(ClientAccess access) {
        this.access = access;
    }

    @Override
    public Integer call() {
        if (fleet && (account != null || watch || web)) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--fleet shows the whole fleet, once: leave out ACCOUNT, --watch and --web");
        }
        if (web) {
            return WebStatus.show(access, account == null && !watch && !output.isJson());
        }
        var client = watch ? access.silentClient() : access.client();
        var around = access.around();
        if (!watch) {
            around.out().print(output.isJson() ? Json.pretty(ask(client)) + "\n" : text(ask(client)));
        } else if (output.isJson() || !Palette.isTerminal(around)) {
            new StatusChanges(
                            around,
                            () -> ask(client),
                            answer -> output.isJson() ? Json.line(answer) + "\n" : text(answer))
                    .print();
        } else {
            new StatusWatch(around, () -> ask(client), this::text).show();
        }
        return 0;
    }

    private JsonNode ask(BrokerClient client) {
        var path = fleet ? "/v1/fleet" : account == null ? "/v1/accounts" : ClientAccess.accountPath(account);
        return client.json(BrokerRequest.get(path, BrokerClient.AT_ONCE));
    }

    private String text(JsonNode answer) {
        var around = access.around();
        var time = TimeLeft.of(around);
        var sheet = Sheet.of(around);
        if (fleet) {
            return new FleetTable(time).render(answer, sheet);
        }
        return account == null
                ? new StatusTable(time).render(answer, sheet)
                : new StatusSheet(answer, time, sheet).render();
    }
}

package dev.iambroker.server.cli;

import dev.iambroker.server.cli.Palette.Colour;
import dev.iambroker.server.cli.Table.Cell;
import dev.iambroker.server.doctor.Finding;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** {@code doctor} */
@Command(
        name = "doctor",
        description = {
            "Walk the whole way from the configuration to what you may do in a cluster, and say which step is broken.",
            "Without CLUSTER it ends at the account's token, without ACCOUNT at how the accounts stand."
        },
        footer = {"", "Example:", "  iam-broker doctor prod build-cluster"})
final class DoctorCommand implements Callable<Integer> {
    private final ClientAccess access;
    private final RootCommand root;
    private final DaemonCommands daemon;

    @Parameters(index = "0", arity = "0..1", paramLabel = "ACCOUNT", description = "An account's alias.")
    @Nullable
    String account;

    @Parameters(index = "1", arity = "0..1", paramLabel = "CLUSTER", description = "A cluster of it, by ID or name.")
    @Nullable
    String cluster;

    @Option(
            names = "--endpoint",
            paramLabel = "WHICH",
            description = "public or private: the API server's address to try (default: public where there is one).")
    KubeconfigCommand.@Nullable Endpoint endpoint;

    @Option(
            names = "--namespace",
            paramLabel = "NS",
            defaultValue = "default",
            description = "Where you want to do something (default: ${DEFAULT-VALUE}).")
    String namespace = "default";

    @Mixin
    final OutputOption output = new OutputOption();

    DoctorCommand(RootCommand root, ClientAccess access, DaemonCommands daemon) {
        this.root = root;
        this.access = access;
        this.daemon = daemon;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (!namespace.matches("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--namespace is no namespace: expected up to 63 of a-z, 0-9 and -, as kubectl lists them");
        }
        if (cluster != null && cluster.isBlank()) {
            throw new CommandFailure(
                    ExitCode.USAGE, "CLUSTER is empty: give a name or an ID, as 'iam-broker clusters' lists them");
        }
        var checkup = new Checkup(access, daemon);
        checkup.configuration(root.config);
        if (checkup.daemon()) {
            walk(checkup);
        }
        print(checkup.findings());
        return checkup.exitCode().number();
    }

    private void walk(Checkup checkup) throws InterruptedException {
        checkup.fleet();
        if (account == null) {
            checkup.logins();
        } else if (!checkup.login(account)) {
            return;
        } else if (cluster == null) {
            checkup.token(account);
        } else {
            checkup.cluster(account, cluster, endpoint, namespace);
        }
    }

    private void print(List<Finding> findings) {
        var around = access.around();
        if (output.isJson()) {
            around.out().println(Json.pretty(json(findings)));
            return;
        }
        var table = new Table("STEP", "", "SEEN").foldingLast();
        for (var finding : findings) {
            table.row(
                    Cell.of(finding.step().word()),
                    new Cell(word(finding), colour(finding)),
                    Cell.of(PlainText.of(finding.detail())));
            var advice = finding.advice();
            if (advice != null) {
                table.note(PlainText.of(advice));
            }
        }
        around.out().print(table.render(Sheet.of(around)));
    }

    private static ObjectNode json(List<Finding> findings) {
        var answer = Json.MAPPER.createObjectNode();
        answer.put("healthy", findings.stream().noneMatch(Finding::isBroken));
        var steps = answer.putArray("steps");
        for (var finding : findings) {
            steps.addObject()
                    .put("step", finding.step().word())
                    .put("outcome", word(finding))
                    .put("detail", finding.detail())
                    .put("advice", finding.advice());
        }
        return answer;
    }

    private static String word(Finding finding) {
        return finding.outcome().name().toLowerCase(Locale.ROOT);
    }

    private static Colour colour(Finding finding) {
        return switch (finding.outcome()) {
            case OK -> Colour.GOOD;
            case SKIPPED -> Colour.BUSY;
            case BROKEN -> Colour.BAD;
        };
    }
}

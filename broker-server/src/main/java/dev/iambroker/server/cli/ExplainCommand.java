package dev.iambroker.server.cli;

import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import dev.iambroker.client.Program;
import dev.iambroker.policy.Right;
import dev.iambroker.policy.Verb;
import dev.iambroker.server.cli.Table.Cell;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code explain} */
@Command(
        name = "explain",
        description = {
            "Say which rule under 'clients' decides over a client, and why each one before it does not.",
            "Asks the daemon, which takes the right admin:*; with --config it reads that file instead."
        },
        footer = {
            "",
            "Example:",
            "  iam-broker explain --uid 1000 --gid 1001 prod kube --cluster build-cluster",
            "  iam-broker explain --client ci prod access"
        })
final class ExplainCommand implements Callable<Integer> {
    /** No group has this number. */
    private static final int NO_GROUP = -1;

    private static final Pattern SHA256 = Pattern.compile("[0-9a-fA-F]{64}");

    private final ClientAccess access;
    private final RootCommand root;
    private final DaemonCommands daemon;

    @Mixin
    final AccountParameter account = new AccountParameter();

    @Parameters(index = "1", paramLabel = "KIND", description = "access, kube, uaa, list or admin.")
    String kind = "";

    @Option(
            names = "--uid",
            paramLabel = "N",
            converter = IdNumber.class,
            description = "The user; without one, a client that comes over TCP.")
    @Nullable
    Integer uid;

    @Option(
            names = "--gid",
            paramLabel = "N",
            converter = IdNumber.class,
            description = "A group of the client's; may be given several times.")
    List<Integer> gids = List.of();

    @Option(names = "--exe", paramLabel = "PATH", description = "The program that it runs.")
    @Nullable
    String exe;

    @Option(names = "--exe-sha256", paramLabel = "HEX", description = "The SHA-256 of that program.")
    @Nullable
    String exeSha256;

    @Option(names = "--unit", paramLabel = "UNIT", description = "The systemd unit that it belongs to.")
    @Nullable
    String unit;

    @Option(names = "--client", paramLabel = "NAME", description = "The client whose secret it presents.")
    @Nullable
    String client;

    @Option(names = "--cluster", paramLabel = "C", description = "The cluster that it names.")
    @Nullable
    String cluster;

    @Option(names = "--config", paramLabel = "FILE", description = "Explain this configuration, without a daemon.")
    @Nullable
    Path config;

    @Mixin
    final OutputOption output = new OutputOption();

    ExplainCommand(RootCommand root, ClientAccess access, DaemonCommands daemon) {
        this.root = root;
        this.access = access;
        this.daemon = daemon;
    }

    @Override
    public Integer call() {
        Verb verb = Verb.ofWord(kind)
                .orElseThrow(() -> new CommandFailure(
                        ExitCode.USAGE, "KIND is none of access, kube, uaa, list, admin: choose one of them"));
        demand(
                uid != null || (gids.isEmpty() && exe == null && exeSha256 == null && unit == null),
                "--uid is missing: a process has one");
        // What no process can have would answer as a process that the rules do not know.
        demand(exe == null || exe.startsWith("/"), "--exe takes a program's whole path, such as /usr/bin/kubectl");
        demand(exeSha256 == null || SHA256.matcher(exeSha256).matches(), "--exe-sha256 takes 64 hexadecimal digits");
        demand(unit == null || unit.indexOf('.') > 0, "--unit takes a unit's whole name, such as build.service");
        if (verb != Verb.ADMIN || !account.name.equals(Right.ANY)) {
            account.path();
        }
        Path file = config == null ? root.config : config;
        JsonNode answer = file == null
                ? access.client().json(BrokerRequest.get(target(verb), BrokerClient.AT_ONCE))
                : Json.MAPPER.readTree(
                        daemon.explain(new ExplainOptions(file, described(), verb, account.name, cluster)));
        print(answer);
        return ExitCode.DONE.number();
    }

    private static void demand(boolean isSo, String otherwise) {
        if (!isSo) {
            throw new CommandFailure(ExitCode.USAGE, otherwise);
        }
    }

    private String target(Verb verb) {
        String groups = gids.stream().map(Integer::toUnsignedString).collect(Collectors.joining(","));
        String target = BrokerRequest.with("/v1/explain", "account", account.name);
        target = BrokerRequest.with(target, "kind", verb.word());
        target = BrokerRequest.with(target, "cluster", cluster);
        target = BrokerRequest.with(target, "uid", uid == null ? null : Integer.toUnsignedString(uid));
        target = BrokerRequest.with(target, "gid", groups.isEmpty() ? null : groups);
        target = BrokerRequest.with(target, "exe", exe);
        target = BrokerRequest.with(target, "exe_sha256", digest());
        target = BrokerRequest.with(target, "unit", unit);
        return BrokerRequest.with(target, "client", client);
    }

    /** As rules and the kernel's files are compared. */
    private @Nullable String digest() {
        return exeSha256 == null ? null : exeSha256.toLowerCase(Locale.ROOT);
    }

    private ClientIdentity described() {
        Set<String> proven = client == null ? Set.of() : Set.of(client);
        if (uid == null) {
            return ClientIdentity.ofSecret(proven);
        }
        int gid = gids.isEmpty() ? NO_GROUP : gids.getFirst();
        var program = new Program(exe, digest(), unit, null);
        return new ClientIdentity(new Peer(uid, gid, new HashSet<>(gids), 1, 0, program), proven);
    }

    private void print(JsonNode answer) {
        var around = access.around();
        if (output.isJson()) {
            around.out().println(Json.pretty(answer));
            return;
        }
        boolean isAllowed = Json.cell(answer, "decision").equals("allow");
        String reason = Json.text(answer, "reason");
        around.out()
                .println((isAllowed ? "allowed" : "denied") + " by " + Json.cell(answer, "rule")
                        + (reason == null ? "" : ": " + reason));
        var table = new Table("RULE", "OUTCOME");
        for (JsonNode rule : answer.path("rules")) {
            table.row(Cell.of(Json.cell(rule, "rule")), Cell.of(Json.cell(rule, "outcome")))
                    .note(Json.cell(rule, "why"));
        }
        around.out().print(answer.path("rules").isEmpty() ? "" : table.render(Sheet.of(around)));
    }
}

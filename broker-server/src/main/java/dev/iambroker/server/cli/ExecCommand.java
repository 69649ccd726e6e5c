package dev.iambroker.server.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code exec} */
@Command(
        name = "exec",
        customSynopsis = "iam-broker exec ACCOUNT [OPTIONS] -- CMD [ARG...]",
        description = {
            "Run a command that takes its tokens from the broker; exit with its exit code.",
            "It asks a listener of exec's own, which lives as long as the command does and",
            "has a secret of its own: the configuration needs neither. The daemon judges by",
            "who runs exec."
        },
        footer = {
            "",
            "Without --for and --service it is given what terraform and ibmcloud read.",
            "Exit code: the command's; 128 and the signal's number where one ended it; 127",
            "where it is not there, 126 where it cannot be run. Nothing is started where the",
            "account cannot be had.",
            "",
            "Example:",
            "  iam-broker exec prod -- terraform plan",
            "  iam-broker exec prod --service my-service -- ./my-program --verbose",
            "  iam-broker exec prod --for ibmcloud -- ibmcloud login --vpc-cri"
        })
final class ExecCommand implements Callable<Integer> {
    private final ClientAccess access;
    private final DaemonCommands daemon;
    private volatile @Nullable Child child;

    @Spec
    @Nullable
    CommandSpec spec;

    @Mixin
    final AccountParameter account = new AccountParameter();

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "CMD", description = "The command, with its arguments.")
    List<String> command = new ArrayList<>();

    @Option(
            names = "--for",
            paramLabel = "WHAT",
            description = "sdk, terraform or ibmcloud. May be given several times.")
    Set<Use> uses = EnumSet.noneOf(Use.class);

    @Option(
            names = "--service",
            paramLabel = "NAME",
            description = "A service as the SDK names it; its settings are per service. May be given several times.")
    List<String> services = new ArrayList<>();

    @Option(
            names = "--token-endpoint",
            description = "For terraform: tokens as it goes on, and no ibm_iam_* resources, rather than one token.")
    boolean tokenEndpoint;

    ExecCommand(ClientAccess access, DaemonCommands daemon) {
        this.access = access;
        this.daemon = daemon;
    }

    @Override
    public Integer call() throws InterruptedException {
        account.path();
        requireCommand();
        Set<Use> wanted = wanted();
        BrokerClient client = access.silentClient();
        // Before anything is started: the daemon, the account and the right to it are there.
        String token = TokenCommand.token(
                client.json(BrokerRequest.get(account.path() + "/token?kind=access", new WaitOption().limit())));
        try (OneTimeSecret secret = OneTimeSecret.create(access.around().environment())) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> abandon(secret), "iam-broker-exec-end"));
            var tokens = new DaemonTokens(client, access.around(), account.name);
            try (Relay relay = daemon.relay(new RelayOptions(tokens, secret.secret()))) {
                return run(environment(wanted, new LoopbackWay(relay.url(), secret.file()), token));
            }
        }
    }

    /** An end that asks nobody, such as a signal before the command takes them. */
    private void abandon(OneTimeSecret secret) {
        Child left = child;
        if (left != null) {
            left.end();
        }
        secret.close();
    }

    private void requireCommand() {
        boolean isSetOff = spec != null
                && spec.commandLine().getParseResult().originalArgs().contains("--");
        demand(!command.isEmpty(), "CMD is missing: give it after '--', as in 'exec prod -- terraform plan'");
        demand(isSetOff, "'--' is missing before the command: without it the command's options would be exec's");
        ChildEnvironment.requireText(command);
        ProgramSettings.requireServices(services);
        ProgramSettings.requireNoFile(services, access.around().environment());
    }

    private Set<Use> wanted() {
        Set<Use> wanted = EnumSet.noneOf(Use.class);
        wanted.addAll(uses);
        if (!services.isEmpty()) {
            wanted.add(Use.SDK);
        }
        if (wanted.isEmpty()) {
            wanted.addAll(Set.of(Use.TERRAFORM, Use.IBMCLOUD));
        }
        demand(
                !wanted.contains(Use.SDK) || !services.isEmpty(),
                "--service is missing: an SDK's settings are per service, such as --service my-service");
        demand(
                !tokenEndpoint || wanted.contains(Use.TERRAFORM),
                "--token-endpoint goes with --for terraform alone: leave it out");
        return wanted;
    }

    private static void demand(boolean isSo, String otherwise) {
        if (!isSo) {
            throw new CommandFailure(ExitCode.USAGE, otherwise);
        }
    }

    private Map<String, String> environment(Set<Use> wanted, LoopbackWay way, String token) {
        Map<String, String> environment = ChildEnvironment.of(access.around().environment());
        wanted.stream().flatMap(use -> settings(use, way, token)).forEach(variable -> apply(variable, environment));
        ChildEnvironment.passProxies(environment);
        return environment;
    }

    private Stream<Variable> settings(Use use, LoopbackWay way, String token) {
        return switch (use) {
            case SDK -> services.stream().flatMap(service -> ProgramSettings.sdk(way, account.name, service));
            case TERRAFORM ->
                tokenEndpoint
                        ? ProgramSettings.terraformEndpoint(way, account.name)
                        : ProgramSettings.terraformToken(token);
            case IBMCLOUD -> ProgramSettings.ibmcloud(way, account.name);
        };
    }

    private static void apply(Variable variable, Map<String, String> environment) {
        switch (variable) {
            case Variable.Gone gone -> gone.names().forEach(environment::remove);
            case Variable.Text text -> environment.put(text.name(), text.value());
            case Variable.Content content -> environment.put(content.name(), content.prefix() + read(content));
        }
    }

    private static String read(Variable.Content content) {
        try {
            return Files.readString(content.file()).stripTrailing();
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    private int run(Map<String, String> environment) throws InterruptedException {
        access.around().out().flush();
        try {
            Child started = Child.start(command, environment);
            child = started;
            return started.await();
        } catch (Child.NotStarted failure) {
            access.around()
                    .err()
                    .println("iam-broker: " + PlainText.of(command.getFirst()) + " " + failure.getMessage());
            return failure.exitCode();
        }
    }

    enum Use {
        SDK,
        TERRAFORM,
        IBMCLOUD;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}

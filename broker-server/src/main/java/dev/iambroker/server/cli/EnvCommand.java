package dev.iambroker.server.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code env} */
@Command(
        name = "env",
        description = {
            "Print what a program needs to take its tokens from the broker, for a shell to evaluate.",
            "The loopback listener and a client's secret file are those of the configuration, unless named.",
            "No client secret is printed: programs read its file, or the shell does."
        },
        footer = {
            "",
            "Example:",
            "  eval \"$(iam-broker env prod --service my-service)\" && ./my-program",
            "  eval \"$(iam-broker env prod --for terraform)\" && terraform plan",
            "  eval \"$(iam-broker env prod --for ibmcloud)\" && ibmcloud login --vpc-cri"
        })
final class EnvCommand implements Callable<Integer> {
    private static final String FORM = "-d grant_type=urn:ibm:params:oauth:grant-type:cr-token -d profile_name=";

    private final RootCommand root;
    private final ClientAccess access;
    private final DaemonCommands daemon;

    @Mixin
    final AccountParameter account = new AccountParameter();

    @Option(
            names = "--for",
            paramLabel = "WHAT",
            defaultValue = "sdk",
            description = "sdk, terraform, ibmcloud or curl (default: ${DEFAULT-VALUE}).")
    Target target = Target.SDK;

    @Option(
            names = "--service",
            paramLabel = "NAME",
            description = "A service as the SDK names it; its settings are per service. May be given several times.")
    List<String> services = new ArrayList<>();

    @Option(
            names = "--token-endpoint",
            description = "For terraform: tokens as it goes on, and no ibm_iam_* resources, rather than one token.")
    boolean tokenEndpoint;

    @Option(names = "--url", paramLabel = "URL", description = "The loopback listener: http://127.0.0.1:PORT.")
    @Nullable
    String url;

    @Option(names = "--secret-file", paramLabel = "FILE", description = "A file with a client's secret.")
    @Nullable
    Path secretFile;

    EnvCommand(RootCommand root, ClientAccess access, DaemonCommands daemon) {
        this.root = root;
        this.access = access;
        this.daemon = daemon;
    }

    @Override
    public Integer call() {
        account.path();
        requireOptionsOfTheTarget();
        access.around().out().print(text());
        return ExitCode.DONE.number();
    }

    private void requireOptionsOfTheTarget() {
        demand(target == Target.SDK || services.isEmpty(), "--service goes with --for sdk alone: leave it out");
        demand(
                target != Target.SDK || !services.isEmpty(),
                "--service is missing: an SDK's settings are per service, such as --service my-service");
        ProgramSettings.requireServices(services);
        demand(
                target == Target.TERRAFORM || !tokenEndpoint,
                "--token-endpoint goes with --for terraform alone: leave it out");
        demand(
                target != Target.TERRAFORM || tokenEndpoint || !isWayNamed(),
                "--url and --secret-file go with --token-endpoint: add it, or leave them out");
    }

    private static void demand(boolean isSo, String otherwise) {
        if (!isSo) {
            throw new CommandFailure(ExitCode.USAGE, otherwise);
        }
    }

    private boolean isWayNamed() {
        return url != null || secretFile != null;
    }

    private String text() {
        return switch (target) {
            case SDK -> Shell.text(sdk(way()));
            case TERRAFORM -> Shell.text(terraform());
            case IBMCLOUD -> Shell.text(ProgramSettings.ibmcloud(way(), account.name));
            case CURL -> isWayNamed() ? curl(way()) : curl(access.socket());
        };
    }

    private LoopbackWay way() {
        return LoopbackWay.find(account.name, url, secretFile, daemon, root.config);
    }

    private Stream<Variable> sdk(LoopbackWay way) {
        return services.stream().flatMap(service -> ProgramSettings.sdk(way, account.name, service));
    }

    private Stream<Variable> terraform() {
        if (tokenEndpoint) {
            return ProgramSettings.terraformEndpoint(way(), account.name);
        }
        var answer = access.client()
                .json(BrokerRequest.get(account.path() + "/token?kind=access", new WaitOption().limit()));
        return ProgramSettings.terraformToken(TokenCommand.token(answer));
    }

    private String curl(LoopbackWay way) {
        return "curl -s -g " + Shell.quoted(way.url() + "/identity/token") + " " + FORM + account.name
                + " --data-urlencode " + Shell.quoted("cr_token@" + way.secretFile()) + "\n";
    }

    private String curl(Path socket) {
        return "curl -s --unix-socket " + Shell.quoted(socket.toAbsolutePath().toString())
                + " http://localhost/identity/token " + FORM + account.name + "\n";
    }

    enum Target {
        SDK,
        TERRAFORM,
        IBMCLOUD,
        CURL;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}

package dev.iambroker.server.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
    private static final Pattern SERVICE = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]*");
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
        demand(
                services.stream().allMatch(name -> SERVICE.matcher(name).matches()),
                "--service is no service's name: expected letters, digits, '-' and '_'");
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
            case SDK -> sdk(way());
            case TERRAFORM -> tokenEndpoint ? terraformEndpoint(way()) : terraformToken();
            case IBMCLOUD -> ibmcloud(way());
            case CURL -> isWayNamed() ? curl(way()) : curl(access.socket());
        };
    }

    private LoopbackWay way() {
        return LoopbackWay.find(account.name, url, secretFile, daemon, root.config);
    }

    private String sdk(LoopbackWay way) {
        return services.stream().map(service -> sdk(way, service)).collect(Collectors.joining());
    }

    /** The account is named once: what was set before beside the name would be refused with it. */
    private String sdk(LoopbackWay way, String service) {
        String prefix = service.toUpperCase(Locale.ROOT).replace('-', '_');
        return Shell.unset(prefix + "_IAM_PROFILE_ID", prefix + "_IAM_PROFILE_CRN")
                + Shell.export(prefix + "_AUTH_TYPE", "container")
                + Shell.export(prefix + "_AUTH_URL", way.url())
                + Shell.export(prefix + "_CR_TOKEN_FILENAME", way.secretFile().toString())
                + Shell.export(prefix + "_IAM_PROFILE_NAME", account.name);
    }

    /** An API key or a refresh token that is set goes before a token. */
    private String terraformToken() {
        var answer = access.client()
                .json(BrokerRequest.get(account.path() + "/token?kind=access", new WaitOption().limit()));
        return Shell.unset("IC_API_KEY", "IBMCLOUD_API_KEY", "BM_API_KEY", "BLUEMIX_API_KEY")
                + withoutRefreshTokenAndProfile()
                + TokenCommand.exports(TokenCommand.token(answer)) + "\n";
    }

    /** With a profile beside the key the provider would ask for a grant that the broker does not serve. */
    private String terraformEndpoint(LoopbackWay way) {
        return Shell.unset("IC_IAM_TOKEN", "IBMCLOUD_IAM_TOKEN", "IBMCLOUD_API_KEY", "BM_API_KEY", "BLUEMIX_API_KEY")
                + withoutRefreshTokenAndProfile()
                + Shell.export("IBMCLOUD_IAM_API_ENDPOINT", way.url())
                + Shell.exportFrom("IC_API_KEY", account.name + ":", way.secretFile());
    }

    private static String withoutRefreshTokenAndProfile() {
        return Shell.unset("IC_IAM_REFRESH_TOKEN", "IBMCLOUD_IAM_REFRESH_TOKEN")
                + Shell.unset("IC_IAM_PROFILE_ID", "IBMCLOUD_IAM_PROFILE_ID")
                + Shell.unset("IC_IAM_PROFILE_NAME", "IBMCLOUD_IAM_PROFILE_NAME");
    }

    /** A key or a compute resource's token that is set decides how {@code ibmcloud login} logs in. */
    private String ibmcloud(LoopbackWay way) {
        way.requireSecretFitsUrl();
        return Shell.unset("IBMCLOUD_API_KEY", "BLUEMIX_API_KEY", "IBMCLOUD_CR_TOKEN")
                + Shell.exportFrom("IBMCLOUD_CR_VPC_URL", way.url() + "/k/", way.secretFile())
                + Shell.export("IBMCLOUD_CR_PROFILE", account.name);
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

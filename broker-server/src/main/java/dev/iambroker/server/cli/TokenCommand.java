package dev.iambroker.server.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code token} */
@Command(
        name = "token",
        description = "Print a token, and nothing else.",
        footer = {
            "",
            "Example:",
            "  curl -H \"$(iam-broker token prod --header)\" \\",
            "    https://iam.cloud.ibm.com/v1/apikeys",
            "  eval \"$(iam-broker token prod --min-ttl 30m --env)\" && terraform plan"
        })
final class TokenCommand implements Callable<Integer> {
    /** Printed for a shell to evaluate: nothing that is not a token gets there. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/=-]+");

    private final ClientAccess access;

    @Mixin
    final AccountParameter account = new AccountParameter();

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            defaultValue = "access",
            description = "access (IAM), kube or uaa (default: ${DEFAULT-VALUE}).")
    Kind kind = Kind.ACCESS;

    @Option(
            names = "--cluster",
            paramLabel = "C",
            description = "The cluster that a kube token is for: an ID, or a name.")
    @Nullable
    String cluster;

    @Option(
            names = "--min-ttl",
            paramLabel = "5m",
            converter = Durations.class,
            description = "The life that you need it to have (default: 60s).")
    @Nullable
    Duration minTtl;

    @Mixin
    final WaitOption wait = new WaitOption();

    @Option(names = "--header", description = "As 'Authorization: Bearer ...'.")
    boolean header;

    @Option(names = "--env", description = "As exports of IC_IAM_TOKEN and IBMCLOUD_IAM_TOKEN, for a shell.")
    boolean env;

    @Mixin
    final OutputOption output = new OutputOption();

    TokenCommand(ClientAccess access) {
        this.access = access;
    }

    @Override
    public Integer call() {
        requireOneForm();
        var answer = access.client().json(BrokerRequest.get(target(), wait.limit()));
        access.around().out().println(output.isJson() ? Json.pretty(answer) : text(token(answer)));
        return 0;
    }

    private void requireOneForm() {
        var forms = (header ? 1 : 0) + (env ? 1 : 0) + (output.isJson() ? 1 : 0);
        if (forms > 1) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--header, --env and --output json exclude each other: give one of them");
        }
    }

    private String target() {
        var target = BrokerRequest.with(account.path() + "/token", "kind", kind.toString());
        target = BrokerRequest.with(target, "cluster", cluster);
        target = BrokerRequest.with(target, "min_ttl", minTtl == null ? null : Long.toString(minTtl.toSeconds()));
        return BrokerRequest.with(target, "wait", wait.seconds());
    }

    /** @throws CommandFailure where the answer holds nothing that could be one */
    static String token(JsonNode answer) {
        var token = answer.path("access_token").asString("");
        if (!TOKEN.matcher(token).matches()) {
            throw new CommandFailure(
                    ExitCode.FAILURE, "the daemon's answer holds no token: check that --socket names a broker");
        }
        return token;
    }

    /** Terraform's provider and bluemix-go keep the token together with its type; the former also takes it bare. */
    static String exports(String token) {
        return "export IC_IAM_TOKEN='Bearer " + token + "'\nexport IBMCLOUD_IAM_TOKEN='Bearer " + token + "'";
    }

    private String text(String token) {
        if (env) {
            return exports(token);
        }
        return header ? "Authorization: Bearer " + token : token;
    }

    enum Kind {
        ACCESS,
        KUBE,
        UAA;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}

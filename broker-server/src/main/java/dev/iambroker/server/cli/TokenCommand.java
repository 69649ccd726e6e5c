package dev.iambroker.server.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code token} */
@Command(
        name = "token",
        description = {
            "Print a token, and nothing else.",
            "With --watch each that comes after it too, until SIGINT, SIGTERM or nobody reads on."
        },
        footer = {
            "",
            "Example:",
            "  curl -H \"$(iam-broker token prod --header)\" \\",
            "    https://iam.cloud.ibm.com/v1/apikeys",
            "  eval \"$(iam-broker token prod --min-ttl 30m --env)\" && terraform plan",
            "  iam-broker token prod --watch --on-change ./hand-over -- --to staging"
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

    @Option(names = "--watch", description = "Go on, and print each new token as soon as there is one.")
    boolean watch;

    @Option(
            names = "--on-change",
            paramLabel = "CMD",
            description = "With --watch: print nothing, but run CMD for each, with the token on its standard input.")
    @Nullable
    String onChange;

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "ARG", description = "CMD's arguments, after '--'.")
    List<String> arguments = new ArrayList<>();

    @Mixin
    final OutputOption output = new OutputOption();

    TokenCommand(ClientAccess access) {
        this.access = access;
    }

    @Override
    public Integer call() throws InterruptedException {
        requireOneForm();
        requireWatch();
        if (!watch) {
            print(access.client().json(BrokerRequest.get(target("/token"), wait.limit())));
        } else if (onChange == null) {
            access.around().endings().bySignal();
            access.around().endings().byClosedOutput();
            watched().run(this::print);
        } else {
            access.around().endings().bySignal();
            run(onChange);
        }
        return ExitCode.DONE.number();
    }

    private TokenWatch watched() {
        return new TokenWatch(access.silentClient(), access.around(), target("/watch"));
    }

    private void run(String program) throws InterruptedException {
        List<String> words = new ArrayList<>(List.of(program));
        words.addAll(arguments);
        ChildEnvironment.requireText(words);
        Map<String, String> environment = ChildEnvironment.of(access.around().environment());
        environment.put("IAM_BROKER_ACCOUNT", account.name);
        var command = new ChangeCommand(words, environment, access.around().err());
        try {
            watched().run(answer -> command.changed(token(answer)));
        } finally {
            command.awaitIdle();
        }
    }

    private void print(JsonNode answer) {
        access.around().out().println(output.isJson() ? Json.pretty(answer) : text(token(answer)));
    }

    private void requireOneForm() {
        var forms = (header ? 1 : 0) + (env ? 1 : 0) + (output.isJson() ? 1 : 0);
        if (forms > 1) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--header, --env and --output json exclude each other: give one of them");
        }
    }

    private void requireWatch() {
        demand(watch || onChange == null, "--on-change goes with --watch: add it, or leave --on-change out");
        demand(!watch || wait.seconds() == null, "--wait and --watch exclude each other: leave --wait out");
        demand(onChange != null || arguments.isEmpty(), "too many arguments: there is one ACCOUNT");
        demand(
                onChange == null || !(header || env || output.isJson()),
                "--on-change hands the bare token over: leave --header, --env and --output out");
    }

    private static void demand(boolean isSo, String otherwise) {
        if (!isSo) {
            throw new CommandFailure(ExitCode.USAGE, otherwise);
        }
    }

    private String target(String resource) {
        var target = BrokerRequest.with(account.path() + resource, "kind", kind.toString());
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

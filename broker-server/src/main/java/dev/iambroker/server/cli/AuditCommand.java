package dev.iambroker.server.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code audit} */
@Command(
        name = "audit",
        description = {
            "Verify and read the audit log.",
            "verify: whether every record is there and as it was written; exit 1 names the first line that is not."
                    + " tail: the last records. who-has FINGERPRINT: who was handed a token; '-' reads the token itself"
                    + " and takes its fingerprint."
        },
        footer = {
            "",
            "Example:",
            "  iam-broker audit verify",
            "  iam-broker audit verify --offline audit.jsonl.1 audit.jsonl",
            "  iam-broker audit tail -n 20 -f",
            "  iam-broker audit who-has 4f2a91",
            "  iam-broker audit who-has - < leaked-token"
        })
final class AuditCommand implements Callable<Integer> {
    private static final int USUAL_COUNT = 10;
    private static final Duration LONGEST_VERIFY = Duration.ofMinutes(10);

    private final ClientAccess access;
    private final RootCommand root;
    private final DaemonCommands daemon;

    @Parameters(index = "0", paramLabel = "WHAT", description = "verify, tail or who-has.")
    What what = What.VERIFY;

    @Parameters(
            index = "1..*",
            paramLabel = "FINGERPRINT|FILE",
            description = "who-has: six or more digits of it, or - for a token; verify --offline: files, oldest first.")
    List<String> operands = List.of();

    @Option(names = "-n", paramLabel = "N", description = "tail: how many (default: 10).")
    @Nullable
    Integer count;

    @Option(
            names = {"-f", "--follow"},
            description = "tail: go on as records come.")
    boolean follow;

    @Option(names = "--from", paramLabel = "N", description = "verify: records before N are kept elsewhere.")
    @Nullable
    Long from;

    @Option(names = "--offline", description = "verify: without the daemon, by the configured state keys.")
    boolean offline;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "verify --offline: the configuration; else the usual places.")
    @Nullable
    Path config;

    @Mixin
    final OutputOption output = new OutputOption();

    AuditCommand(ClientAccess access, RootCommand root, DaemonCommands daemon) {
        this.access = access;
        this.root = root;
        this.daemon = daemon;
    }

    @Override
    public Integer call() {
        demand(what == What.TAIL || (count == null && !follow), "-n and --follow go with tail");
        demand(what == What.VERIFY || (from == null && !offline), "--from and --offline go with verify");
        demand(offline || config == null, "--config goes with verify --offline: the daemon has its own");
        return switch (what) {
            case VERIFY -> verify(from == null ? 1 : from);
            case TAIL -> tail(count == null ? USUAL_COUNT : count);
            case WHO_HAS -> {
                demand(operands.size() == 1, "who-has takes one FINGERPRINT, or - to read a token");
                yield new AuditHolders(access, output).print(operands.getFirst());
            }
        };
    }

    private int tail(int records) {
        demand(operands.isEmpty(), "tail takes no FINGERPRINT and no FILE");
        demand(records >= 1 && records <= AuditTail.MOST, "-n takes 1 to " + AuditTail.MOST);
        return new AuditTail(access, output).print(records, follow);
    }

    private int verify(long first) {
        demand(first >= 1, "--from takes the number of a record, 1 or more");
        demand(offline || operands.isEmpty(), "files are verified with --offline: the daemon knows its own");
        var answer = offline
                ? BrokerClient.parsed(new BrokerAnswer(200, null, daemon.verifyAudit(configFile(), files(), first)))
                : access.client().json(BrokerRequest.get("/v1/audit/verify?from=" + first, LONGEST_VERIFY));
        return new AuditVerdict(access.around(), output).print(answer);
    }

    private @Nullable Path configFile() {
        return config == null ? root.config : config;
    }

    private List<Path> files() {
        return operands.stream().map(Path::of).toList();
    }

    private static void demand(boolean isSo, String otherwise) {
        if (!isSo) {
            throw new CommandFailure(ExitCode.USAGE, otherwise + ": see 'iam-broker audit --help'");
        }
    }

    enum What {
        VERIFY,
        TAIL,
        WHO_HAS;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}

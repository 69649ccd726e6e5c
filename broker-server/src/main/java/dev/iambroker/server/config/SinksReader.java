package dev.iambroker.server.config;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.Nearest;
import dev.iambroker.account.TokenKind;
import dev.iambroker.server.config.NameScalar.Named;
import dev.iambroker.server.config.SinkConfig.Format;
import dev.iambroker.server.config.SinkConfig.OnChange;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code sinks}. Needs to know the accounts, and the files that are the daemon's own. */
final class SinksReader {
    private static final String ENTRY_FORM = "a list of files: - { account: ALIAS, path: PATH }";
    private static final WordScalar<TokenKind> KIND = new WordScalar<>(List.of(TokenKind.values()), TokenKind::word);
    private static final WordScalar<Format> FORMAT = new WordScalar<>(List.of(Format.values()), Format::word);
    private static final WordScalar<OnChange.Name> SIGNAL =
            new WordScalar<>(List.of(OnChange.Name.values()), OnChange.Name::name);
    private static final WordScalar<String> ENDPOINT = new WordScalar<>(List.of("public", "private"), word -> word);
    private static final Duration MAX_MIN_TTL = Duration.ofHours(1);
    private static final Duration MAX_TIMEOUT = Duration.ofMinutes(10);
    private static final int NOT_FOR_A_TOKEN = 0137;
    private static final int GROUP_READ = 0040;
    private static final int ROOT = 0;

    private final Map<String, Account> accounts = new LinkedHashMap<>();
    private final Surroundings surroundings;
    private final Path stateDir;
    private final Set<Path> taken = new HashSet<>();

    /** @param taken files that are something else */
    SinksReader(List<AccountConfig> accounts, Surroundings surroundings, Path stateDir, Set<Path> taken) {
        accounts.forEach(config -> this.accounts.put(config.account().name().value(), config.account()));
        this.surroundings = surroundings;
        this.stateDir = stateDir;
        this.taken.addAll(taken);
    }

    /** Those with problems are left out. */
    List<SinkConfig> read(@Nullable Entry entry) {
        var sinks = new ArrayList<SinkConfig>();
        if (entry != null) {
            for (Entry item : entry.items(ENTRY_FORM)) {
                SinkConfig sink = sink(item);
                if (sink != null) {
                    sinks.add(sink);
                }
            }
        }
        return sinks;
    }

    private @Nullable SinkConfig sink(Entry item) {
        if (item.isNothing()) {
            item.wrongType("{ account: ALIAS, path: PATH }");
            return null;
        }
        int known = item.reading().problems().size();
        Section section = item.section();
        Account account = account(section);
        Format format = section.value("format", FORMAT, Format.TOKEN);
        TokenKind kind = section.value("kind", KIND, format == Format.KUBECONFIG ? TokenKind.KUBE : TokenKind.ACCESS);
        String cluster = section.optional("cluster", TextScalar.ANY);
        boolean isPrivate = isPrivate(section, format);
        Path path = path(section);
        FileMode mode = mode(section);
        Integer uid = owner(section);
        Integer gid = group(section, mode);
        Duration minTtl = section.value("min-ttl", new DurationScalar(MAX_MIN_TTL), SinkConfig.DEFAULT_MIN_TTL);
        OnChange onChange = onChange(section.filled("on-change"));
        demandUseful(section, account, kind, cluster, format);
        if (account == null || path == null || !item.reading().problems().isFreeOfErrorsSince(known)) {
            return null;
        }
        AccountName name = account.name();
        return new SinkConfig(name, kind, cluster, isPrivate, format, path, mode, uid, gid, minTtl, onChange);
    }

    private @Nullable Account account(Section section) {
        Entry entry = section.required("account", "an alias of this file");
        String name = entry == null ? null : entry.scalar(TextScalar.ANY);
        if (entry == null || name == null) {
            return null;
        }
        Account account = accounts.get(name);
        if (account == null) {
            entry.error("names no account of this file (expected one of accounts)"
                    + Nearest.question(Nearest.of(name, accounts.keySet())));
        }
        return account;
    }

    private static void demandUseful(
            Section section, @Nullable Account account, TokenKind kind, @Nullable String cluster, Format format) {
        if (format == Format.KUBECONFIG && kind != TokenKind.KUBE) {
            section.error("is a kubeconfig without a token for clusters (expected kind: kube, or no kind)");
        } else if (format == Format.KUBECONFIG && cluster == null) {
            section.error("is a kubeconfig of no cluster (expected cluster beside it)");
        }
        if (cluster != null && kind != TokenKind.KUBE) {
            section.error("names a cluster, and its token is for none (expected kind: kube beside cluster)");
        }
        if (account == null) {
            return;
        }
        if (kind == TokenKind.KUBE && !account.cloud().hasKubeFlow()) {
            section.error("wants what " + account.cloud().word() + " does not have: a token for clusters");
        } else if (kind == TokenKind.KUBE && account.accountId() == null) {
            section.error("wants a token for clusters of an account that is bound to none (expected account-id there)");
        }
        if (kind == TokenKind.UAA && !account.uaa()) {
            section.error("wants a UAA token, which this account does not keep (expected uaa: true there)");
        }
    }

    private static boolean isPrivate(Section section, Format format) {
        Entry entry = section.entry("endpoint");
        if (entry != null && format != Format.KUBECONFIG) {
            entry.error("is of no use (expected it beside format: kubeconfig)");
            return false;
        }
        return "private".equals(section.optional("endpoint", ENDPOINT));
    }

    private @Nullable Path path(Section section) {
        Entry entry = section.required("path", "where the file is to be");
        Path path = entry == null
                ? null
                : entry.scalar(new PathScalar(entry.reading().base()));
        if (entry == null || path == null) {
            return null;
        }
        if (path.getFileName() == null || path.toString().chars().anyMatch(Character::isISOControl)) {
            entry.error("is no name of a file");
        } else if (path.startsWith(stateDir)) {
            entry.error("is in the state directory, which is the store's alone (expected another directory)");
        } else if (!taken.add(path)) {
            entry.error("is the file of something else here, or of another sink (expected one of its own)");
        }
        return path;
    }

    private static FileMode mode(Section section) {
        FileMode mode = section.value("mode", new ModeScalar(), SinkConfig.DEFAULT_MODE);
        Entry entry = section.entry("mode");
        if (entry != null && (mode.bits() & 0007) != 0) {
            entry.error("lets everybody have the token (expected \"0600\", or \"0640\" beside group)");
        } else if (entry != null && (mode.bits() & NOT_FOR_A_TOKEN) != 0) {
            entry.error("lets somebody write or execute a file that is only to be read"
                    + " (expected \"0600\", or \"0640\" beside group)");
        }
        return mode;
    }

    private @Nullable Integer owner(Section section) {
        Entry entry = section.filled("owner");
        Named owner = entry == null ? null : entry.scalar(new NameScalar("user", surroundings.passwd()));
        if (entry == null || owner == null) {
            return null;
        }
        int self = surroundings.self().uid();
        if (self != ROOT && owner.id() != self) {
            entry.warning("is another user than this one, who may give files away only with CAP_CHOWN"
                    + " (expected group beside mode: \"0640\")");
        }
        return owner.id();
    }

    private @Nullable Integer group(Section section, FileMode mode) {
        Entry entry = section.filled("group");
        Named group = entry == null ? null : entry.scalar(new NameScalar("group", surroundings.group()));
        if (entry == null || group == null) {
            return null;
        }
        if ((mode.bits() & GROUP_READ) == 0) {
            entry.warning("may not read the file (expected mode: \"0640\" beside group)");
        }
        ProcessIdentity self = surroundings.self();
        if (self.uid() != ROOT && !self.groups().contains(group.id())) {
            entry.warning("is a group that this user is not in, who may not give a file to it"
                    + " (expected one of this user's, or a directory of that group with mode 2750)");
        }
        return group.id();
    }

    private @Nullable OnChange onChange(@Nullable Entry entry) {
        if (entry == null) {
            return null;
        }
        Section section = entry.section();
        Duration debounce = section.value("debounce", new DurationScalar(MAX_TIMEOUT), OnChange.DEFAULT_DEBOUNCE);
        Entry command = section.entry("command");
        Entry signal = section.entry("signal");
        if ((command == null) == (signal == null)) {
            entry.error("tells " + (command == null ? "nobody" : "by a command and by a signal")
                    + " (expected { command: [PROGRAM, ARGUMENT…] } or { signal: HUP, pid-file: PATH })");
            return null;
        }
        return command == null ? signal(section, debounce) : command(section, command, debounce);
    }

    private static @Nullable OnChange command(Section section, Entry entry, Duration debounce) {
        Duration timeout = section.value("timeout", new DurationScalar(MAX_TIMEOUT), OnChange.DEFAULT_TIMEOUT);
        refuse(section, "pid-file", "signal");
        List<String> argv = ReferenceReader.argv(entry);
        if (argv == null) {
            return null;
        }
        String program = argv.getFirst();
        String shown = argv.size() == 1 ? "[" + program + "]" : "[" + program + ", …]";
        entry.reading().set(entry.path(), shown, entry.origin());
        if (program.indexOf('/') >= 0 && !Files.isExecutable(Path.of(program))) {
            entry.warning("is no program that can be run here (expected one that the daemon's user may run)");
        }
        if (timeout.isZero()) {
            section.error("gives the command no time (expected a timeout above zero)");
        }
        return new OnChange.Command(argv, timeout, debounce);
    }

    private static @Nullable OnChange signal(Section section, Duration debounce) {
        refuse(section, "timeout", "command");
        OnChange.Name name = section.required("signal", SIGNAL);
        Path pidFile =
                section.required("pid-file", new PathScalar(section.reading().base()));
        return name == null || pidFile == null ? null : new OnChange.Signal(name, pidFile, debounce);
    }

    private static void refuse(Section section, String key, String owner) {
        Entry entry = section.entry(key);
        if (entry != null) {
            entry.error("is of no use (expected it beside " + owner + ")");
        }
    }
}

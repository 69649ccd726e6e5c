package dev.iambroker.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.Style;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.Model.CommandSpec;

/** The whole command line: parses, runs one command, and turns whatever happened into an exit code. */
public final class BrokerCommandLine {
    /** What every terminal has room for. */
    private static final int HELP_WIDTH = 80;

    /** What these do concerns all commands. */
    private static final Set<String> LOOK_AT_OTHERS = Set.of("completion", "__complete", "__documents");

    private BrokerCommandLine() {}

    /** Runs the command that {@code arguments} name and returns the process's exit code; never throws. */
    public static int run(Surroundings around, DaemonCommands daemon, String... arguments) {
        ServeOptions plain = PlainServe.options(arguments);
        int code = plain == null ? of(around, daemon, arguments).execute(arguments) : serve(around, daemon, plain);
        around.err().flush();
        around.out().flush();
        return code == 0 && around.out().checkError() ? unwritten(around) : code;
    }

    private static int serve(Surroundings around, DaemonCommands daemon, ServeOptions options) {
        try {
            return daemon.serve(options);
        } catch (RuntimeException e) {
            return Failures.report(new PrintWriter(around.err(), true, UTF_8), e);
        }
    }

    /** A full disk behind a redirection must not look like success. */
    private static int unwritten(Surroundings around) {
        around.err().println("iam-broker: the output could not be written: check where it is redirected to");
        return ExitCode.FAILURE.number();
    }

    /** With all commands. */
    static CommandLine of(Surroundings around, DaemonCommands daemon) {
        return of(around, daemon, new String[0]);
    }

    private static CommandLine of(Surroundings around, DaemonCommands daemon, String[] arguments) {
        var root = new RootCommand();
        var line = new CommandLine(root);
        var commands = commands(line.getCommandSpec(), root, new ClientAccess(around, root), daemon, around);
        var named = arguments.length == 0 || LOOK_AT_OTHERS.contains(arguments[0]) ? null : commands.get(arguments[0]);
        // What picocli learns of a command it learns by reflection: of one that is named, rather than of all.
        var wanted = named == null ? commands.values() : List.of(named);
        wanted.forEach(command -> line.addSubcommand(command.get()));
        describe(line);
        line.setOut(new PrintWriter(around.out(), true, UTF_8));
        line.setErr(new PrintWriter(around.err(), true, UTF_8));
        line.setColorScheme(colours(around));
        line.setUsageHelpWidth(HELP_WIDTH);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        // Words from a file would be unknown to whatever looks at the command line before: the launcher, ps.
        line.setExpandAtFiles(false);
        line.setParameterExceptionHandler(new UsageErrors());
        line.setExecutionExceptionHandler(new Failures());
        return line;
    }

    /** Without the yellow that picocli would take, which nobody reads on white. */
    private static ColorScheme colours(Surroundings around) {
        return new ColorScheme.Builder(Palette.of(around).isOn() ? Ansi.ON : Ansi.OFF)
                .commands(Style.bold)
                .options(Style.bold)
                .parameters(Style.underline)
                .optionParams(Style.underline)
                .build();
    }

    private static Map<String, Supplier<Object>> commands(
            CommandSpec all, RootCommand root, ClientAccess access, DaemonCommands daemon, Surroundings around) {
        var commands = new LinkedHashMap<String, Supplier<Object>>();
        commands.put("serve", () -> new ServeCommand(root, daemon));
        commands.put("init", () -> new InitCommand(root, around, daemon));
        commands.put("demo", () -> new DemoCommand(root, daemon));
        commands.put("check-config", () -> new CheckConfigCommand(root, daemon));
        commands.put("status", () -> new StatusCommand(access));
        commands.put("login", () -> new LoginCommand(access));
        commands.put("logout", () -> new LogoutCommand(access));
        commands.put("token", () -> new TokenCommand(access));
        commands.put("env", () -> new EnvCommand(root, access, daemon));
        commands.put("exec", () -> new ExecCommand(access, daemon));
        commands.put("accounts", () -> new AccountsCommand(access));
        commands.put("clusters", () -> new ClustersCommand(access));
        commands.put("kubeconfig", () -> new KubeconfigCommand(access));
        commands.put("kube-credential", () -> new KubeCredentialCommand(access));
        commands.put("refresh", () -> new RefreshCommand(access));
        commands.put("purge", () -> new PurgeCommand(access));
        commands.put("share", () -> new ShareCommand(access));
        commands.put("unshare", () -> new UnshareCommand(access));
        commands.put("lock", () -> new LockCommand(access));
        commands.put("unlock", () -> new UnlockCommand(access));
        commands.put("wait", () -> new WaitCommand(access));
        commands.put("audit", () -> new AuditCommand(access, root, daemon));
        commands.put("store", () -> new StoreCommand(root, daemon));
        commands.put("explain", () -> new ExplainCommand(root, access, daemon));
        commands.put("doctor", () -> new DoctorCommand(root, access, daemon));
        commands.put("__complete", () -> new CompleteCommand(root, access));
        commands.put("completion", () -> new CompletionCommand(around, all));
        commands.put("__documents", () -> new DocumentsCommand(all));
        return commands;
    }

    /** The same frame around every command's help. */
    private static void describe(CommandLine line) {
        line.getCommandSpec().mixinStandardHelpOptions(true).versionProvider(new VersionText());
        for (var command : line.getSubcommands().values()) {
            describe(command.getCommandSpec());
        }
    }

    private static void describe(CommandSpec command) {
        command.addMixin("help", CommandSpec.forAnnotatedObject(new HelpOption()));
        command.usageMessage().abbreviateSynopsis(false).sortOptions(false);
    }
}

package dev.iambroker.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;

/** The whole command line: parses, runs one command, and turns whatever happened into an exit code. */
public final class BrokerCommandLine {
    /** Room for an example that can be copied in one piece. */
    private static final int HELP_WIDTH = 90;

    private BrokerCommandLine() {}

    /** Runs the command that {@code arguments} name and returns the process's exit code; never throws. */
    public static int run(Surroundings around, DaemonCommands daemon, String... arguments) {
        var code = of(around, daemon).execute(arguments);
        around.err().flush();
        around.out().flush();
        return code == 0 && around.out().checkError() ? unwritten(around) : code;
    }

    /** A full disk behind a redirection must not look like success. */
    private static int unwritten(Surroundings around) {
        around.err().println("iam-broker: the output could not be written: check where it is redirected to");
        return ExitCode.FAILURE.number();
    }

    static CommandLine of(Surroundings around, DaemonCommands daemon) {
        var root = new RootCommand();
        var line = new CommandLine(root);
        addCommands(line, root, new ClientAccess(around, root), daemon);
        line.addSubcommand(new CompletionCommand(around, line.getCommandSpec()));
        line.addSubcommand(new DocumentsCommand(line.getCommandSpec()));
        describe(line);
        line.setOut(new PrintWriter(around.out(), true, UTF_8));
        line.setErr(new PrintWriter(around.err(), true, UTF_8));
        line.setColorScheme(
                CommandLine.Help.defaultColorScheme(Palette.of(around).isOn() ? Ansi.ON : Ansi.OFF));
        line.setUsageHelpWidth(HELP_WIDTH);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        // Words from a file would be unknown to whatever looks at the command line before: the launcher, ps.
        line.setExpandAtFiles(false);
        line.setParameterExceptionHandler(new UsageErrors());
        line.setExecutionExceptionHandler(new Failures());
        return line;
    }

    private static void addCommands(CommandLine line, RootCommand root, ClientAccess access, DaemonCommands daemon) {
        line.addSubcommand(new ServeCommand(root, daemon))
                .addSubcommand(new DemoCommand(root, daemon))
                .addSubcommand(new CheckConfigCommand(root, daemon))
                .addSubcommand(new StatusCommand(access))
                .addSubcommand(new LoginCommand(access))
                .addSubcommand(new LogoutCommand(access))
                .addSubcommand(new TokenCommand(access))
                .addSubcommand(new AccountsCommand(access))
                .addSubcommand(new ClustersCommand(access))
                .addSubcommand(new KubeconfigCommand(access))
                .addSubcommand(new KubeCredentialCommand(access))
                .addSubcommand(new RefreshCommand(access))
                .addSubcommand(new PurgeCommand(access))
                .addSubcommand(new ShareCommand(access))
                .addSubcommand(new UnshareCommand(access))
                .addSubcommand(new LockCommand(access))
                .addSubcommand(new UnlockCommand(access))
                .addSubcommand(new WaitCommand(access))
                .addSubcommand(new AuditCommand(access, root, daemon))
                .addSubcommand(new StoreCommand(root, daemon))
                .addSubcommand(new ExplainCommand(root, access, daemon))
                .addSubcommand(new DoctorCommand(root, access, daemon))
                .addSubcommand(new CompleteCommand(root, access));
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

package dev.iambroker.server.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;

/** What the build asks for: manual pages and completions, where a distribution has them below {@code share}. */
@Command(
        name = "__documents",
        hidden = true,
        description = "Write manual pages and completions into a directory.",
        footer = {"", "Example:", "  iam-broker __documents /usr/local/share"})
final class DocumentsCommand implements Callable<Integer> {
    private final CommandSpec root;

    @Parameters(paramLabel = "DIRECTORY", description = "Is made where it is missing.")
    Path directory = Path.of(".");

    DocumentsCommand(CommandSpec root) {
        this.root = root;
    }

    @Override
    public Integer call() throws IOException {
        writePages(root);
        CompletionModel model = CompletionModel.of(root);
        write("bash-completion/completions/iam-broker", BashCompletion.script(model));
        write("zsh/vendor-completions/_iam-broker", ZshCompletion.script(model));
        write("fish/vendor_completions.d/iam-broker.fish", FishCompletion.script(model));
        return 0;
    }

    private void writePages(CommandSpec command) throws IOException {
        if (command.usageMessage().hidden()) {
            return;
        }
        write("man/man1/" + ManPage.nameOf(command) + ".1", ManPage.of(command, VersionText.number()));
        for (var sub : command.subcommands().values()) {
            writePages(sub.getCommandSpec());
        }
    }

    private void write(String name, String content) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.resolveSibling("."));
        Files.writeString(file, content);
    }
}

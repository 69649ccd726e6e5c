package dev.iambroker.server.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;

/** {@code completion} */
@Command(
        name = "completion",
        description = "Print the completion script for a shell; names of accounts and clusters come from the daemon.",
        footer = {
            "",
            "Example:",
            "  source <(iam-broker completion bash)",
            "  iam-broker completion zsh > ~/.zfunc/_iam-broker",
            "  iam-broker completion fish > ~/.config/fish/completions/iam-broker.fish"
        })
final class CompletionCommand implements Callable<Integer> {
    private final Surroundings around;
    private final CommandSpec root;

    @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish.")
    Shell shell = Shell.BASH;

    CompletionCommand(Surroundings around, CommandSpec root) {
        this.around = around;
        this.root = root;
    }

    @Override
    public Integer call() {
        var model = CompletionModel.of(root);
        around.out()
                .print(
                        switch (shell) {
                            case BASH -> BashCompletion.script(model);
                            case ZSH -> ZshCompletion.script(model);
                            case FISH -> FishCompletion.script(model);
                        });
        return 0;
    }

    enum Shell {
        BASH,
        ZSH,
        FISH;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}

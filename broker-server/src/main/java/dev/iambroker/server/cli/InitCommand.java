package dev.iambroker.server.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code init} */
@Command(
        name = "init",
        description = {
            "Write a first configuration: asks how an account logs in, its name, and its ID.",
            "What exists is never changed. An API key is read without echo, and kept in a file of its own that its owner"
                    + " alone can read. Without a terminal the answers are read from stdin, a line each."
        },
        footer = {
            "",
            "Example:",
            "  iam-broker init",
            "  printf '%s\\n' passcode dev 0123456789abcdef0123456789abcdef | iam-broker init"
        })
final class InitCommand implements Callable<Integer> {
    private final RootCommand root;
    private final Surroundings around;
    private final DaemonCommands daemon;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The file to write; else the one that 'serve' would read.")
    @Nullable
    Path config;

    InitCommand(RootCommand root, Surroundings around, DaemonCommands daemon) {
        this.root = root;
        this.around = around;
        this.daemon = daemon;
    }

    @Override
    public Integer call() {
        var named = config == null ? root.config : config;
        var file = daemon.configPlace(named);
        demandNew(file);
        var questions = new InitQuestions(around, file);
        var answers = questions.ask();
        var key = answers.login() == InitAnswers.Login.API_KEY ? questions.apiKey() : new char[0];
        try {
            new FirstConfiguration(file, answers).write(key);
        } catch (IOException failure) {
            throw new CommandFailure(
                    ExitCode.FAILURE,
                    "nothing is kept of the configuration, since it could not be written (" + failure.getMessage()
                            + "): check who may write to " + file.getParent());
        } finally {
            Arrays.fill(key, '\0');
        }
        around.out().print(next(file, named, answers));
        return 0;
    }

    private static void demandNew(Path file) {
        if (Files.exists(file)) {
            throw new CommandFailure(
                    ExitCode.FAILURE,
                    file + " exists, and stays as it is: edit it, or name another file with --config FILE");
        }
    }

    private String next(Path file, @Nullable Path named, InitAnswers answers) {
        return """
                written: %s
                %s
                %s
                or in the foreground:
                  iam-broker serve%s

                Then:
                  %s
                  iam-broker status
                  %s
                """.formatted(
                        file,
                        answers.login() == InitAnswers.Login.API_KEY ? "written: " + answers.keyFile(file) + "\n" : "",
                        unit(file),
                        named == null ? "" : " --config " + file,
                        first(answers),
                        last(answers));
    }

    private static String first(InitAnswers answers) {
        return answers.login() == InitAnswers.Login.PASSCODE
                ? "iam-broker login " + answers.name()
                : "iam-broker wait --for account " + answers.name();
    }

    private static String last(InitAnswers answers) {
        return answers.accountId() == null
                ? "iam-broker accounts " + answers.name() + "    # the account-id to add, for kubectl"
                : "iam-broker kubeconfig " + answers.name() + " --all --merge";
    }

    /** The machine's unit has a user of its own, who must read what root wrote. */
    private static String unit(Path file) {
        if (!file.startsWith("/etc")) {
            return """
                    Start the broker, now and at each login, where systemd has its user units:
                      systemctl --user enable --now iam-broker.socket""";
        }
        return """
                Start the broker, now and at each boot, where systemd has its units:
                  chgrp -R _iam-broker %1$s && chmod -R u=rwX,g=rX,o= %1$s
                  systemctl enable --now iam-broker.socket""".formatted(file.getParent());
    }
}

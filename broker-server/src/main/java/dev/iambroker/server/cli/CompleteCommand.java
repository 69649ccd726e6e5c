package dev.iambroker.server.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** What completion asks for while the user types: words, or nothing, but never a message. */
@Command(
        name = "__complete",
        hidden = true,
        description = "List words for the completion of a shell or of kubectl.",
        footer = {
            "",
            "Example:",
            "  iam-broker __complete accounts",
            "  iam-broker __complete clusters prod",
            "  iam-broker __complete kubectl -- token pr"
        })
final class CompleteCommand implements Callable<Integer> {
    private static final Duration WHILE_TYPING = Duration.ofSeconds(2);

    private final RootCommand root;
    private final ClientAccess access;

    @Parameters(index = "0", paramLabel = "WHAT", description = "accounts, clusters or kubectl.")
    String what = "";

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "WORD", description = "The account, or the line so far.")
    List<String> words = new ArrayList<>();

    CompleteCommand(RootCommand root, ClientAccess access) {
        this.root = root;
        this.access = access;
    }

    @Override
    public Integer call() {
        switch (what) {
            case "accounts" -> print(accounts());
            case "clusters" -> print(words.isEmpty() ? List.of() : clusters(words.getFirst()));
            case "kubectl" -> print(kubectl());
            default -> {
                // The user is typing: no place for a message.
            }
        }
        return 0;
    }

    private void print(List<String> lines) {
        lines.forEach(access.around().out()::println);
    }

    private List<String> kubectl() {
        if (root.spec == null) {
            throw new IllegalStateException("picocli gives each command its spec");
        }
        var line = KubectlCompletion.of(CompletionModel.of(root.spec), words);
        if (line.socket() != null) {
            root.socket = Path.of(line.socket());
        }
        return line.answer(this::accounts, this::clusters);
    }

    private List<String> accounts() {
        return listed("/v1/accounts", "accounts");
    }

    /** By their names; which of two have one name, only their IDs would tell. */
    private List<String> clusters(String account) {
        try {
            return listed(ClientAccess.accountPath(account) + "/clusters", "clusters");
        } catch (CommandFailure noAlias) {
            return List.of();
        }
    }

    private List<String> listed(String target, String member) {
        try {
            var names = new ArrayList<String>();
            for (JsonNode each : access.silentClient()
                    .json(BrokerRequest.get(target, WHILE_TYPING))
                    .path(member)) {
                names.add(Json.cell(each, "name"));
            }
            return names;
        } catch (CommandFailure unreachable) {
            return List.of();
        }
    }
}

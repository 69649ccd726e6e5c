package dev.iambroker.server.doctor;

import dev.iambroker.server.doctor.Kubeconfig.Context;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether kubectl, by its own files, would come to the cluster through the broker. */
public final class KubectlCheck {
    private static final String PLUGIN = "iam-broker-credential";
    private static final String COMMAND = "iam-broker";
    private static final String SUBCOMMAND = "kube-credential";

    private final List<Path> files;

    /** @param files as kubectl reads them; those that are missing count as empty */
    public KubectlCheck(List<Path> files) {
        this.files = List.copyOf(files);
    }

    /**
     * Looks for the contexts that lead to {@code server}.
     *
     * @param write the command that writes such a context
     */
    public Finding look(String server, String write) {
        List<Context> found = new ArrayList<>();
        for (Path file : files) {
            try {
                if (Files.exists(file)) {
                    found.addAll(Kubeconfig.parse(Files.readString(file)).contexts());
                }
            } catch (IOException | IllegalArgumentException e) {
                return Finding.broken(
                        Step.KUBECONFIG, file + " cannot be read: " + e.getMessage(), "correct it, or its permissions");
            }
        }
        found.removeIf(context -> !context.server().equals(server));
        if (found.isEmpty()) {
            return new Finding(
                    Step.KUBECONFIG,
                    Finding.Outcome.SKIPPED,
                    "no context of kubectl's leads to " + server,
                    "run '" + write + " --merge'");
        }
        return found.stream()
                .map(context -> judge(context, write))
                .filter(Finding::isBroken)
                .findFirst()
                .orElseGet(() -> Finding.ok(
                        Step.KUBECONFIG,
                        "kubectl --context '" + found.getFirst().name() + "' asks the broker"));
    }

    private static Finding judge(Context context, String write) {
        String named = "context '" + context.name() + "' ";
        String command = context.command();
        if (context.isUnverified()) {
            return Finding.broken(
                    Step.KUBECONFIG,
                    named + "has insecure-skip-tls-verify, and the plugin gives no token to an unknown server",
                    "run '" + write + " --merge --overwrite'");
        }
        if (command == null) {
            return Finding.broken(
                    Step.KUBECONFIG,
                    named + "has credentials of its own, which do not renew themselves",
                    "run '" + write + " --merge --overwrite'");
        }
        if (isMissing(command)) {
            return Finding.broken(
                    Step.KUBECONFIG,
                    named + "names the plugin " + command + ", which is no program here",
                    "run '" + write + " --merge --overwrite'");
        }
        return isBrokers(context, command)
                ? Finding.ok(Step.KUBECONFIG, named + "asks the broker")
                : Finding.broken(
                        Step.KUBECONFIG,
                        named + "asks the plugin " + command + " and not the broker's",
                        "run '" + write + " --merge --overwrite'");
    }

    /** The plugin, or the command that does the same. */
    private static boolean isBrokers(Context context, String command) {
        String name = command.substring(command.lastIndexOf('/') + 1);
        return name.equals(PLUGIN)
                || (name.equals(COMMAND) && context.arguments().contains(SUBCOMMAND));
    }

    /** A bare name is looked for along PATH, by kubectl and at its own risk. */
    private static boolean isMissing(@Nullable String command) {
        try {
            return command == null || (command.contains("/") && !Files.isExecutable(Path.of(command)));
        } catch (InvalidPathException e) {
            return true;
        }
    }
}

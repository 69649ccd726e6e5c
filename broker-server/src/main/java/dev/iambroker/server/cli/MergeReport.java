package dev.iambroker.server.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a merge means to whoever types kubectl next.
 *
 * @param file null where kubectl takes the file without being told
 */
record MergeReport(
        List<String> added, List<String> updated, @Nullable Path file) {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./@:+-]+");

    /** @param conflicts what {@code document} says otherwise than {@code before} */
    static MergeReport of(
            KubeconfigDocument before, KubeconfigDocument document, List<String> conflicts, @Nullable Path file) {
        var known = before.contexts();
        var added = document.contexts().stream().filter(name -> !known.contains(name));
        var updated =
                document.contexts().stream().filter(known::contains).filter(name -> document.isOf(name, conflicts));
        return new MergeReport(added.toList(), updated.toList(), file);
    }

    /** @param ours the contexts of the clusters that were asked for, never none */
    String text(List<String> ours, String current) {
        var parts = new ArrayList<String>();
        addNames(parts, "added", added);
        addNames(parts, "updated", updated);
        parts.add(
                ours.contains(current)
                        ? "current context is " + quoted(current)
                        : "current context stays " + quoted(current) + ": " + switching(ours.getFirst()));
        return String.join("; ", parts);
    }

    private static void addNames(List<String> parts, String verb, List<String> names) {
        if (!names.isEmpty()) {
            var listed = names.stream().map(MergeReport::quoted).collect(Collectors.joining(", "));
            parts.add(verb + (names.size() == 1 ? " context " : " contexts ") + listed);
        }
    }

    private static String quoted(String name) {
        return "\"" + name + "\"";
    }

    private String switching(String context) {
        return "kubectl " + (file == null ? "" : "--kubeconfig " + word(file.toString()) + " ") + "config use-context "
                + word(context);
    }

    private static String word(String text) {
        return PLAIN.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}

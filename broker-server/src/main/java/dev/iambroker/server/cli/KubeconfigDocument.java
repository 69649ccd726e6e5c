package dev.iambroker.server.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Present;
import org.snakeyaml.engine.v2.api.lowlevel.Serialize;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A kubeconfig as YAML nodes rather than values, so that what is not touched keeps its order, spelling and comments.
 * Mutable, confined to one thread.
 */
final class KubeconfigDocument {
    /** Certificates make these files long; this is some thousand clusters. */
    private static final int MAX_CODE_POINTS = 16 * 1024 * 1024;

    private static final List<String> SECTIONS = List.of("clusters", "contexts", "users");
    private static final String CURRENT = "current-context";

    private final MappingNode root;

    private KubeconfigDocument(MappingNode root) {
        this.root = root;
    }

    /** @throws CommandFailure naming {@code origin} when {@code text} is no mapping; the text is not quoted */
    static KubeconfigDocument parse(String text, String origin) {
        return compose(text, origin)
                .map(node -> ofRoot(node, origin))
                .orElseGet(() -> new KubeconfigDocument(new MappingNode(Tag.MAP, new ArrayList<>(), FlowStyle.BLOCK)));
    }

    private static Optional<Node> compose(String text, String origin) {
        var settings = LoadSettings.builder()
                .setParseComments(true)
                .setCodePointLimit(MAX_CODE_POINTS)
                .build();
        try {
            return new Compose(settings).composeString(text);
        } catch (YamlEngineException | NumberFormatException malformed) {
            throw notOne(origin);
        }
    }

    private static KubeconfigDocument ofRoot(Node node, String origin) {
        if (node instanceof MappingNode mapping) {
            return new KubeconfigDocument(mapping);
        }
        throw notOne(origin);
    }

    private static CommandFailure notOne(String origin) {
        return new CommandFailure(
                ExitCode.FAILURE, origin + " is not one YAML mapping, as a kubeconfig is: nothing was changed");
    }

    String text() {
        var settings = DumpSettings.builder()
                .setDumpComments(true)
                .setSplitLines(false)
                .setWidth(Integer.MAX_VALUE)
                .build();
        return new Present(settings)
                .emitToString(new Serialize(settings).serializeOne(root).iterator());
    }

    /** Which entries of {@code other} are here already and say something else, as {@code context "a/b"}. */
    List<String> conflicts(KubeconfigDocument other) {
        var conflicts = new ArrayList<String>();
        for (var section : SECTIONS) {
            for (var entry : other.entries(section)) {
                var mine = find(section, name(entry));
                if (mine != null && !SameContent.of(mine, entry)) {
                    conflicts.add(section.substring(0, section.length() - 1) + " \"" + name(entry) + "\"");
                }
            }
        }
        return conflicts;
    }

    /**
     * Takes over what {@code other} has; an entry of the same name only with {@code overwrite}.
     *
     * @return whether that changed anything
     */
    boolean merge(KubeconfigDocument other, boolean overwrite) {
        var changed = false;
        for (var tuple : other.root.getValue()) {
            var key = key(tuple);
            if (SECTIONS.contains(key)) {
                changed |= mergeSection(key, other, overwrite);
            } else if (isAbsent(key)) {
                put(tuple);
                changed = true;
            }
        }
        return changed;
    }

    private boolean mergeSection(String section, KubeconfigDocument other, boolean overwrite) {
        var changed = false;
        for (var entry : other.entries(section)) {
            var earlier = find(section, name(entry));
            if (earlier == null) {
                sequence(section).add(entry);
                changed = true;
            } else if (overwrite && !SameContent.of(earlier, entry)) {
                var mine = sequence(section);
                mine.set(mine.indexOf(earlier), entry);
                changed = true;
            }
        }
        return changed;
    }

    /** The section's own list, made where there is none. */
    private List<Node> sequence(String section) {
        if (get(section) instanceof SequenceNode sequence
                && !sequence.getValue().isEmpty()) {
            return sequence.getValue();
        }
        var made = new SequenceNode(Tag.SEQ, new ArrayList<>(), FlowStyle.BLOCK);
        put(new NodeTuple(new ScalarNode(Tag.STR, section, ScalarStyle.PLAIN), made));
        return made.getValue();
    }

    /** Whether the document lacks the member; an empty current context is none. */
    private boolean isAbsent(String key) {
        var value = get(key);
        return value == null
                || (key.equals(CURRENT)
                        && value instanceof ScalarNode scalar
                        && scalar.getValue().isEmpty());
    }

    private List<Node> entries(String section) {
        return get(section) instanceof SequenceNode sequence ? sequence.getValue() : List.of();
    }

    private @Nullable Node find(String section, String name) {
        for (var entry : entries(section)) {
            if (name(entry).equals(name)) {
                return entry;
            }
        }
        return null;
    }

    private @Nullable Node get(String key) {
        return value(root, key);
    }

    private void put(NodeTuple tuple) {
        var members = root.getValue();
        for (var i = 0; i < members.size(); i++) {
            if (key(members.get(i)).equals(key(tuple))) {
                members.set(i, tuple);
                return;
            }
        }
        members.add(tuple);
    }

    private static String name(Node entry) {
        return entry instanceof MappingNode mapping && value(mapping, "name") instanceof ScalarNode name
                ? name.getValue()
                : "";
    }

    private static @Nullable Node value(MappingNode mapping, String key) {
        for (var tuple : mapping.getValue()) {
            if (key(tuple).equals(key)) {
                return tuple.getValueNode();
            }
        }
        return null;
    }

    private static String key(NodeTuple tuple) {
        return tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
    }
}

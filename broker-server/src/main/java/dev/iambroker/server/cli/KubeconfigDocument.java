package dev.iambroker.server.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Present;
import org.snakeyaml.engine.v2.api.lowlevel.Serialize;
import org.snakeyaml.engine.v2.comments.CommentLine;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
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

    private static final String CRLF = "\r\n";

    private final MappingNode root;
    private final String lineBreak;

    private KubeconfigDocument(MappingNode root, String lineBreak) {
        this.root = root;
        this.lineBreak = lineBreak;
    }

    /** @throws CommandFailure naming {@code origin} when {@code text} is no mapping; the text is not quoted */
    static KubeconfigDocument parse(String text, String origin) {
        var lineBreak = text.contains(CRLF) ? CRLF : "\n";
        var root = compose(text, origin)
                .map(node -> mapping(node, origin))
                .orElseGet(() -> new MappingNode(Tag.MAP, new ArrayList<>(), FlowStyle.BLOCK));
        return new KubeconfigDocument(root, lineBreak);
    }

    private static Optional<Node> compose(String text, String origin) {
        var settings = LoadSettings.builder()
                .setParseComments(true)
                .setCodePointLimit(MAX_CODE_POINTS)
                .build();
        try {
            return new Compose(settings).composeString(text);
        } catch (MarkedYamlEngineException malformed) {
            throw malformed
                    .getProblemMark()
                    .map(mark -> mark.getLine())
                    .filter(line -> isIndentedByTab(text, line))
                    .map(line -> tab(origin, line + 1))
                    .orElseGet(() -> notOne(origin));
        } catch (YamlEngineException | NumberFormatException malformed) {
            throw notOne(origin);
        }
    }

    /** @param line from 0 */
    private static boolean isIndentedByTab(String text, int line) {
        return text.lines()
                .skip(line)
                .limit(1)
                .anyMatch(each -> each.stripLeading().length() < each.length()
                        && each.substring(0, each.length() - each.stripLeading().length())
                                .contains("\t"));
    }

    private static CommandFailure tab(String origin, int line) {
        return new CommandFailure(
                ExitCode.FAILURE,
                origin + " has a tab at the start of line " + line
                        + ", where YAML takes spaces alone: nothing was changed; indent the line by spaces");
    }

    private static MappingNode mapping(Node node, String origin) {
        if (!(node instanceof MappingNode mapping)) {
            throw notOne(origin);
        }
        for (var section : SECTIONS) {
            var value = value(mapping, section);
            if (value != null && !(value instanceof SequenceNode) && !isNull(value)) {
                throw new CommandFailure(
                        ExitCode.FAILURE,
                        origin + " is no kubeconfig, as its " + section + " is no list: nothing was changed");
            }
        }
        return mapping;
    }

    private static boolean isNull(Node value) {
        return Tag.NULL.equals(value.getTag());
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
                .setBestLineBreak(lineBreak)
                .setAnchorGenerator(new KeptAnchors())
                .build();
        return new Present(settings)
                .emitToString(new Serialize(settings).serializeOne(root).iterator());
    }

    /** Which entries of {@code other} are here already and say something else, as {@code context "a/b"}. */
    List<String> conflicts(KubeconfigDocument other) {
        var conflicts = new ArrayList<String>();
        for (var section : SECTIONS) {
            for (var entry : other.entries(section)) {
                if (all(section, name(entry)).anyMatch(mine -> !SameContent.of(mine, entry))) {
                    conflicts.add(shown(section.substring(0, section.length() - 1), name(entry)));
                }
            }
        }
        return conflicts;
    }

    /** The names of its contexts. */
    List<String> contexts() {
        return entries("contexts").stream().map(KubeconfigDocument::name).toList();
    }

    /** Whether the context is among {@code entries}, or the cluster or user that it names; they are as in {@link #conflicts}. */
    boolean isOf(String context, List<String> entries) {
        return all("contexts", context)
                .anyMatch(entry -> entries.contains(shown("context", context))
                        || entries.contains(shown("cluster", part(entry, "cluster")))
                        || entries.contains(shown("user", part(entry, "user"))));
    }

    private static String part(Node entry, String key) {
        return entry instanceof MappingNode mapping
                        && value(mapping, "context") instanceof MappingNode context
                        && value(context, key) instanceof ScalarNode name
                ? name.getValue()
                : "";
    }

    private static String shown(String kind, String name) {
        return kind + " \"" + name + "\"";
    }

    /** Empty where there is none. */
    String currentContext() {
        return get(CURRENT) instanceof ScalarNode name && !isNull(name) ? name.getValue() : "";
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

    /** The section's own list: made where there is none, and where it stands elsewhere in the document too. */
    private List<Node> sequence(String section) {
        var there = get(section);
        var listed = entries(section);
        if (there != null && !listed.isEmpty() && there.getAnchor().isEmpty()) {
            return listed;
        }
        var made = new SequenceNode(Tag.SEQ, new ArrayList<>(listed), FlowStyle.BLOCK);
        put(new NodeTuple(new ScalarNode(Tag.STR, section, ScalarStyle.PLAIN), made));
        return made.getValue();
    }

    /** Whether the document lacks the member; an empty current context is none. */
    private boolean isAbsent(String key) {
        return get(key) == null || (key.equals(CURRENT) && currentContext().isEmpty());
    }

    private List<Node> entries(String section) {
        return get(section) instanceof SequenceNode sequence ? sequence.getValue() : List.of();
    }

    private @Nullable Node find(String section, String name) {
        return all(section, name).findFirst().orElse(null);
    }

    private Stream<Node> all(String section, String name) {
        return entries(section).stream().filter(entry -> name(entry).equals(name));
    }

    private @Nullable Node get(String key) {
        return value(root, key);
    }

    /** In the place of the member of that name, whose comments stay; or as the last. */
    private void put(NodeTuple tuple) {
        var members = root.getValue();
        for (var i = 0; i < members.size(); i++) {
            var former = members.get(i);
            if (key(former).equals(key(tuple))) {
                members.set(i, new NodeTuple(commented(former), tuple.getValueNode()));
                return;
            }
        }
        members.add(tuple);
    }

    /** Its key, with what is said of its value too. */
    private static Node commented(NodeTuple member) {
        var key = member.getKeyNode();
        var value = member.getValueNode();
        key.setInLineComments(join(key.getInLineComments(), value.getInLineComments()));
        key.setBlockComments(join(key.getBlockComments(), value.getBlockComments()));
        return key;
    }

    private static List<CommentLine> join(@Nullable List<CommentLine> first, @Nullable List<CommentLine> second) {
        return Stream.of(first, second)
                .filter(Objects::nonNull)
                .flatMap(List::stream)
                .toList();
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

package dev.iambroker.server.config;

import dev.iambroker.account.Nearest;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** A mapping of the file. Made once for each, for making it notes its unknown and its duplicate keys. */
final class Section {
    static final String DEFAULT = "default";

    private final Reading reading;
    private final String pattern;
    private final String path;
    private final Node node;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private Section(Reading reading, String pattern, String path, Node node) {
        this.reading = reading;
        this.pattern = pattern;
        this.path = path;
        this.node = node;
    }

    /** Its keys are those that the table has under {@code pattern}. */
    static Section of(Reading reading, String pattern, String path, MappingNode mapping) {
        var section = new Section(reading, pattern, path, mapping);
        List<String> valid = Keys.under(pattern);
        for (NodeTuple tuple : mapping.getValue()) {
            String key = section.add(tuple, pattern);
            if (key != null && !valid.contains(key)) {
                section.refuse(key, tuple, valid);
            }
        }
        return section;
    }

    /** Its keys are names of the user's choice; their values stand in the table at {@code pattern}. */
    static Section ofNames(Reading reading, String pattern, String path, MappingNode mapping) {
        var section = new Section(reading, pattern, path, mapping);
        mapping.getValue().forEach(tuple -> section.add(tuple, ""));
        section.entries.replaceAll((name, entry) -> new Entry(reading, pattern, entry.path(), entry.node()));
        return section;
    }

    /** @param where stands for it in messages */
    static Section empty(Reading reading, String pattern, String path, Node where) {
        return new Section(reading, pattern, path, where);
    }

    /** The key, or null where it is no usable one. */
    private @Nullable String add(NodeTuple tuple, String parent) {
        if (!(tuple.getKeyNode() instanceof ScalarNode keyNode)) {
            error(tuple.getKeyNode().getStartMark(), path, "has a key that is no text (expected a name)");
            return null;
        }
        String key = keyNode.getValue();
        String keyPath = Keys.join(path, key);
        Entry first = entries.get(key);
        if (first != null) {
            error(keyNode.getStartMark(), keyPath, duplicate(first));
            return null;
        }
        entries.put(key, new Entry(reading, Keys.join(parent, key), keyPath, tuple.getValueNode()));
        return key;
    }

    private String duplicate(Entry first) {
        String what = pattern.equals("accounts.<alias>") ? "duplicate alias" : "duplicate key";
        String line = first.node()
                .getStartMark()
                .map(mark -> " on line " + YamlText.line(mark))
                .orElse("");
        return what + " (expected it once; the first is" + line + ")";
    }

    private void refuse(String key, NodeTuple tuple, List<String> valid) {
        entries.remove(key);
        Optional<Mark> mark = tuple.getKeyNode().getStartMark();
        String nearest = Nearest.of(key, valid);
        String expected = valid.isEmpty() ? "nothing here" : "one of " + String.join(", ", valid);
        String message = "unknown key (expected " + expected + ")" + Nearest.question(nearest);
        error(mark, mayQuote(tuple, nearest) ? Keys.join(path, key) : path, message);
    }

    /** Where a reference belongs, and in braces without a colon, what parses as a key may be the secret itself. */
    private boolean mayQuote(NodeTuple tuple, @Nullable String nearest) {
        boolean secretMayBe = pattern.equals(Keys.REFERENCE) || pattern.startsWith("state.key");
        boolean nothingBehind = new Entry(reading, pattern, path, tuple.getValueNode()).isNothing();
        return nearest != null || !(secretMayBe || nothingBehind);
    }

    private void error(Optional<Mark> mark, String key, String message) {
        reading.problems().error(mark, key, message);
    }

    String path() {
        return path;
    }

    Reading reading() {
        return reading;
    }

    Collection<Entry> entries() {
        return entries.values();
    }

    Map<String, Entry> byName() {
        return entries;
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    /** The value of {@code key}, null where it is not written. */
    @Nullable
    Entry entry(String key) {
        return entries.get(key);
    }

    /** The value of {@code key}, null where it is not written or nothing stands behind it. */
    @Nullable
    Entry filled(String key) {
        Entry entry = entries.get(key);
        return entry == null || entry.isNothing() ? null : entry;
    }

    /** The mapping at {@code key}, an empty one where it is not written. */
    Section section(String key) {
        Entry entry = entries.get(key);
        return entry == null ? empty(reading, Keys.join(pattern, key), Keys.join(path, key), node) : entry.section();
    }

    /** Reads and notes the value of {@code key}, or the default. */
    <T> T value(String key, Scalar<T> kind, T fallback) {
        return value(key, kind, fallback, DEFAULT);
    }

    <T> T value(String key, Scalar<T> kind, T fallback, String origin) {
        Entry entry = entries.get(key);
        T value = entry == null ? null : entry.scalar(kind);
        if (entry == null) {
            reading.set(Keys.join(path, key), kind.shown(fallback), origin);
        }
        return value == null ? fallback : value;
    }

    /** Reads and notes the value of {@code key}; null where it is not written, or after a problem. */
    <T> @Nullable T optional(String key, Scalar<T> kind) {
        Entry entry = entries.get(key);
        return entry == null ? null : entry.scalar(kind);
    }

    /** Reads the value of {@code key} and notes nothing; null where it is not written, or after a problem. */
    <T> @Nullable T quietly(String key, Scalar<T> kind) {
        Entry entry = entries.get(key);
        return entry == null ? null : entry.quietly(kind);
    }

    /** Reads and notes the value of {@code key}; null after a problem, and that it is missing is one. */
    <T> @Nullable T required(String key, Scalar<T> kind) {
        Entry entry = required(key, kind.expected());
        return entry == null ? null : entry.scalar(kind);
    }

    /** The value of {@code key}; null after a problem, and that it is missing is one. */
    @Nullable
    Entry required(String key, String expected) {
        Entry entry = entries.get(key);
        if (entry == null) {
            reading.problems()
                    .error(node.getStartMark(), Keys.join(path, key), "is missing (expected " + expected + ")");
        }
        return entry;
    }

    void error(String message) {
        error(node.getStartMark(), path, message);
    }

    void warning(String message) {
        reading.problems().warning(node.getStartMark(), path, message);
    }

    /** Where the value of {@code key} was written, or {@code otherwise}. */
    String origin(String key, String otherwise) {
        Entry entry = entries.get(key);
        return entry == null ? otherwise : entry.origin();
    }
}

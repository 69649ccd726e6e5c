package dev.iambroker.server.config;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A value of the file under its key.
 *
 * @param pattern its key in the table, {@code accounts.<alias>.cloud}
 * @param path its key in the file, {@code accounts.prod.cloud}
 */
record Entry(Reading reading, String pattern, String path, Node node) {
    /** A key with nothing behind it, as when all below a heading is commented out. */
    boolean isNothing() {
        return node instanceof ScalarNode scalar
                && scalar.isPlain()
                && scalar.getTag().equals(Tag.NULL);
    }

    boolean isScalar() {
        return node instanceof ScalarNode && !isNothing();
    }

    boolean isList() {
        return node instanceof SequenceNode;
    }

    boolean isEmptyMapping() {
        return node instanceof MappingNode mapping && mapping.getValue().isEmpty();
    }

    String origin() {
        return reading.origin(node.getStartMark());
    }

    void error(String message) {
        reading.problems().error(node.getStartMark(), path, message);
    }

    void warning(String message) {
        reading.problems().warning(node.getStartMark(), path, message);
    }

    /** Reads and notes the value; null after a problem. */
    <T> @Nullable T scalar(Scalar<T> kind) {
        T value = quietly(kind);
        if (value != null) {
            reading.set(path, kind.shown(value), origin());
        }
        return value;
    }

    /** Reads the value and leaves it to the caller to note it; null after a problem. */
    <T> @Nullable T quietly(Scalar<T> kind) {
        if (!(node instanceof ScalarNode scalar) || isNothing()) {
            wrongType(kind.expected());
            return null;
        }
        try {
            return kind.read(scalar.getValue(), scalar.isPlain());
        } catch (Unacceptable e) {
            error(e.text(kind.expected()));
            return null;
        }
    }

    /** The mapping behind the key; an empty one after a problem, or where nothing is there. */
    Section section() {
        return sectionAs(pattern);
    }

    /** The mapping behind the key, with the children that the table has under {@code other}. */
    Section sectionAs(String other) {
        if (node instanceof MappingNode mapping) {
            return Section.of(reading, other, path, mapping);
        }
        if (!isNothing()) {
            wrongType("a mapping with " + String.join(", ", Keys.under(other)));
        }
        return Section.empty(reading, other, path, node);
    }

    /** The entries of the list behind the key; none after a problem, or where nothing is there. */
    List<Entry> items(String expected) {
        var items = new ArrayList<Entry>();
        if (node instanceof SequenceNode list) {
            for (Node item : list.getValue()) {
                items.add(new Entry(reading, pattern + "[]", path + "[" + items.size() + "]", item));
            }
        } else if (!isNothing()) {
            wrongType(expected);
        }
        return items;
    }

    /** Reads a list of values and notes them in one line. */
    <T> List<T> list(Scalar<T> kind) {
        var values = new ArrayList<T>();
        for (Entry item : items("a list: [" + kind.expected() + "]")) {
            T value = item.quietly(kind);
            if (value != null) {
                values.add(value);
            }
        }
        reading.set(path, values.stream().map(kind::shown).toList(), origin());
        return values;
    }

    void wrongType(String expected) {
        error("is " + type() + " (expected " + expected + ")");
    }

    private String type() {
        return switch (node) {
            case MappingNode mapping -> "a mapping";
            case SequenceNode list -> "a list";
            default -> isNothing() ? "empty" : "a single value";
        };
    }
}

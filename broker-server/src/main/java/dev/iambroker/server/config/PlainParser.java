package dev.iambroker.server.config;

import java.io.Serial;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.parser.Parser;

/**
 * Lets through the YAML that a configuration needs: no anchors and aliases, which can make a small file a huge one; no
 * tags, which name types to construct; no nesting deep enough to exhaust the stack of the composer.
 */
final class PlainParser implements Parser {
    /** Twice the deepest key there is. */
    private static final int MAX_DEPTH = 16;

    private static final List<String> STANDARD_TAGS = List.of("tag:yaml.org,2002:str", "!");

    private final Parser parser;
    private int depth;

    PlainParser(Parser parser) {
        this.parser = parser;
    }

    @Override
    public boolean checkEvent(Event.ID choice) {
        return parser.checkEvent(choice);
    }

    @Override
    public Event peekEvent() {
        return parser.peekEvent();
    }

    @Override
    public boolean hasNext() {
        return parser.hasNext();
    }

    @Override
    public Event next() {
        Event event = parser.next();
        if (event instanceof NodeEvent node && node.getAnchor().isPresent()) {
            throw new NotPlain("anchors and aliases are not used here (expected the value itself)", event);
        }
        switch (event) {
            case CollectionStartEvent start -> enter(start);
            case CollectionEndEvent end -> depth--;
            case ScalarEvent scalar -> refuseTag(scalar.getTag(), scalar);
            default -> {}
        }
        return event;
    }

    private void enter(CollectionStartEvent start) {
        refuseTag(start.getTag(), start);
        depth++;
        if (depth > MAX_DEPTH) {
            throw new NotPlain("is nested too deeply (expected no more than " + MAX_DEPTH + " levels)", start);
        }
    }

    private static void refuseTag(Optional<String> tag, Event event) {
        if (tag.isPresent() && !STANDARD_TAGS.contains(tag.get())) {
            throw new NotPlain("tags are not used here (expected the value alone)", event);
        }
    }

    /** YAML that is more than a configuration needs. */
    static final class NotPlain extends MarkedYamlEngineException {
        @Serial
        private static final long serialVersionUID = 1L;

        private final String reason;

        private NotPlain(String reason, Event event) {
            super(null, Optional.<Mark>empty(), reason, event.getStartMark());
            this.reason = reason;
        }

        String reason() {
            return reason;
        }
    }
}

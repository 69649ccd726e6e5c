package dev.iambroker.server.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.comments.CommentLine;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.Parser;

/**
 * Makes the same nodes without what nobody asks of them: where they end, the text around them, their comments. A file of
 * ten thousand accounts would else take the whole heap while it is read. Equal texts are one. Tags are gone already.
 */
final class FrugalComposer extends Composer {
    private static final int[] NO_TEXT = {};

    private final LoadSettings settings;
    private final Map<String, String> texts = new HashMap<>();

    FrugalComposer(LoadSettings settings, Parser parser) {
        super(settings, parser);
        this.settings = settings;
    }

    @Override
    protected Node composeScalarNode(Optional<Anchor> anchor, List<CommentLine> blockComments) {
        ScalarEvent event = (ScalarEvent) parser.next();
        String text = texts.computeIfAbsent(event.getValue(), value -> value);
        Tag tag = settings.getSchema()
                .getScalarResolver()
                .resolve(text, event.getImplicit().canOmitTagInPlainScalar());
        return new ScalarNode(tag, true, text, event.getScalarStyle(), place(event.getStartMark()), Optional.empty());
    }

    @Override
    protected Node composeMappingNode(Optional<Anchor> anchor) {
        MappingNode whole = (MappingNode) super.composeMappingNode(anchor);
        return new MappingNode(
                whole.getTag(),
                true,
                List.copyOf(whole.getValue()),
                whole.getFlowStyle(),
                place(whole.getStartMark()),
                Optional.empty());
    }

    private static Optional<Mark> place(Optional<Mark> mark) {
        return mark.map(at -> new Mark(at.getName(), at.getIndex(), at.getLine(), at.getColumn(), NO_TEXT, 0));
    }
}

package dev.iambroker.server.cli;

import java.util.HashSet;
import java.util.Set;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.serializer.AnchorGenerator;

/** Gives nodes the anchors that they were read with; made for one document, confined to one thread. */
final class KeptAnchors implements AnchorGenerator {
    private final Set<String> given = new HashSet<>();

    /** A name may stand for one node after the other in a document; here each has its own. */
    @Override
    public Anchor nextAnchor(Node node) {
        var name = node.getAnchor().map(Anchor::getValue).orElse("a");
        var unique = name;
        for (var i = 2; !given.add(unique); i++) {
            unique = name + "-" + i;
        }
        return new Anchor(unique);
    }
}

package dev.iambroker.server.cli;

import java.util.ArrayList;
import java.util.List;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Whether two YAML nodes say the same, whatever their spelling and the order of members. */
final class SameContent {
    private SameContent() {}

    static boolean of(Node one, Node other) {
        if (one instanceof ScalarNode left && other instanceof ScalarNode right) {
            return left.getTag().equals(right.getTag()) && left.getValue().equals(right.getValue());
        }
        if (one instanceof SequenceNode left && other instanceof SequenceNode right) {
            return sameItems(left.getValue(), right.getValue());
        }
        return one instanceof MappingNode left
                && other instanceof MappingNode right
                && sameMembers(left.getValue(), right.getValue());
    }

    private static boolean sameItems(List<Node> left, List<Node> right) {
        if (left.size() != right.size()) {
            return false;
        }
        for (var i = 0; i < left.size(); i++) {
            if (!of(left.get(i), right.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean sameMembers(List<NodeTuple> left, List<NodeTuple> right) {
        var unmatched = new ArrayList<>(right);
        for (var member : left) {
            if (!unmatched.removeIf(candidate -> sameMember(member, candidate))) {
                return false;
            }
        }
        return unmatched.isEmpty();
    }

    private static boolean sameMember(NodeTuple one, NodeTuple other) {
        return of(one.getKeyNode(), other.getKeyNode()) && of(one.getValueNode(), other.getValueNode());
    }
}

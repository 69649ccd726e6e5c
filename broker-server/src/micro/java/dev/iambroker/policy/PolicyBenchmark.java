package dev.iambroker.policy;

import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A decision among twenty rules, for the client of the first and for that of the last. */
@State(Scope.Thread)
public class PolicyBenchmark {
    private static final int RULES = 20;

    private final Policy policy = new Policy(
            IntStream.range(0, RULES)
                    .mapToObj(i -> new Rule(
                            "rule" + i,
                            new Match(1000 + i, null, false),
                            List.of(
                                    Right.parse("access:other").orElseThrow(),
                                    Right.parse("kube:prod").orElseThrow())))
                    .toList(),
            0);
    private final ClientIdentity first = client(1000);
    private final ClientIdentity last = client(1000 + RULES - 1);
    private final ClientIdentity none = client(5000);
    private final Action action = Action.on(Verb.KUBE, "prod");

    private static ClientIdentity client(int uid) {
        return ClientIdentity.ofPeer(new Peer(uid, uid, Set.of(uid), 1, 1));
    }

    @Benchmark
    public Decision first() {
        return policy.decide(first, action);
    }

    @Benchmark
    public Decision last() {
        return policy.decide(last, action);
    }

    @Benchmark
    public Decision refused() {
        return policy.decide(none, action);
    }
}

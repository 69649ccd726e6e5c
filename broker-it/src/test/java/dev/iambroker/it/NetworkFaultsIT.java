package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.it.RoadTrial.Seen;
import dev.iambroker.it.harness.Needs;
import dev.iambroker.it.harness.Relay;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Sandbox;
import dev.iambroker.it.harness.Workplace;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The daemon in a network of its own, whose kernel loses, refuses and delays packets on the way to IAM. */
@Isolated
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class NetworkFaultsIT {
    /** A slow line for all of that network, all the time: a token answer of 3 KiB takes a tenth of a second. */
    private static final String SLOW_LINE = "tc qdisc add dev lo root tbf rate 256kbit burst 4kb latency 800ms";

    private Map<String, Seen> seen = Map.of();

    /** What the kernel does to the packets of one port; {@code %d} is the port. */
    enum KernelFault {
        /** Nothing more than the slow line does. */
        SLOW_LINE_ALONE("true"),
        THIRD_LOST("iptables -A INPUT -p tcp --dport %1$d -m statistic --mode random --probability 0.33 -j DROP"
                + " && iptables -A INPUT -p tcp --sport %1$d -m statistic --mode random --probability 0.33 -j DROP"),
        ALL_LOST("iptables -A INPUT -p tcp --dport %d -j DROP"),
        ANSWERS_LOST("iptables -A INPUT -p tcp --sport %d -j DROP"),
        RESET("iptables -A INPUT -p tcp --dport %d -j REJECT --reject-with tcp-reset"),
        UNREACHABLE("iptables -A INPUT -p tcp --dport %d -j REJECT --reject-with icmp-host-unreachable");

        private final String rules;

        KernelFault(String rules) {
            this.rules = rules;
        }

        String rules(int port) {
            return rules.formatted(port);
        }

        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private record KernelRoad(Sandbox sandbox, KernelFault fault, int port) implements BadRoad {
        @Override
        public String name() {
            return fault.word();
        }

        @Override
        public String url() {
            return "http://127.0.0.1:" + port;
        }

        @Override
        public void spoil() throws Exception {
            sandbox.must(fault.rules(port));
        }

        /** The same rules once more, taken away. */
        @Override
        public void heal() throws Exception {
            sandbox.must(fault.rules(port).replace("iptables -A", "iptables -D"));
        }
    }

    @BeforeAll
    void sufferAllAtOnce() throws Exception {
        Needs.program("iptables", "iptables");
        Needs.program("tc", "iproute2");
        try (Sandbox sandbox = Sandbox.open();
                EmulatedCloud cloud = SampleCloud.start();
                Relay relay = sandbox.relay(cloud.emulator().port(), KernelFault.values().length);
                Workplace place = Workplace.create()) {
            sandbox.must(SLOW_LINE);
            List<KernelRoad> roads = new ArrayList<>();
            for (KernelFault fault : KernelFault.values()) {
                roads.add(new KernelRoad(sandbox, fault, relay.ports().get(roads.size())));
            }
            RoadTrial trial = new RoadTrial(cloud, place, roads);
            trial.configure();
            try (var daemon = place.serve(sandbox.inside(place.program("serve", "--config", place.configFile())))) {
                seen = trial.run(daemon);
            }
        }
        seen.forEach((road, what) -> System.out.println(RoadTrial.summary(road, what)));
    }

    @ParameterizedTest
    @EnumSource
    void fault_everyKindOfCaller_isServedOrToldInTimeAndTheLoginIsKept(KernelFault fault) {
        Seen what = seen.get(fault.word());
        assertThat(what).isNotNull();
        RoadTrial.assertBorne(what);
        switch (fault) {
            case SLOW_LINE_ALONE ->
                assertThat(what.cold()).allMatch(timed -> timed.answer().status() == 200);
            case THIRD_LOST -> {}
            // What TCP makes of it depends on whether a connection was there before.
            case UNREACHABLE ->
                assertThat(what.cold()).noneMatch(timed -> timed.answer().status() == 200);
            case ALL_LOST, ANSWERS_LOST ->
                assertThat(what.cold()).allMatch(timed -> timed.answer().status() == 504);
            case RESET ->
                assertThat(what.cold()).allMatch(timed -> timed.answer().status() == 503);
        }
    }
}

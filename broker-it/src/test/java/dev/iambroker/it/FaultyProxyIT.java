package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.it.RoadTrial.Seen;
import dev.iambroker.it.harness.FaultyProxy;
import dev.iambroker.it.harness.FaultyProxy.Mode;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A proxy between the daemon and IAM that spoils connections in each way a proxy can. */
@Isolated
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FaultyProxyIT {
    private Map<String, Seen> seen = Map.of();

    private record SpoiltRoad(Mode mode, FaultyProxy proxy, String url) implements BadRoad {
        static SpoiltRoad to(int port, Mode mode) throws IOException {
            FaultyProxy proxy = FaultyProxy.to(port);
            return new SpoiltRoad(mode, proxy, proxy.url());
        }

        @Override
        public String name() {
            return mode.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        @Override
        public void spoil() {
            proxy.mode(mode);
        }

        @Override
        public void heal() {
            proxy.mode(Mode.NONE);
        }
    }

    @BeforeAll
    void sufferAllAtOnce() throws Exception {
        List<SpoiltRoad> roads = new ArrayList<>();
        try (EmulatedCloud cloud = SampleCloud.start();
                Workplace place = Workplace.create()) {
            for (Mode mode : EnumSet.complementOf(EnumSet.of(Mode.NONE))) {
                roads.add(SpoiltRoad.to(cloud.emulator().port(), mode));
            }
            RoadTrial trial = new RoadTrial(cloud, place, roads);
            trial.configure();
            try (var daemon = place.serve()) {
                seen = trial.run(daemon);
            }
        } finally {
            for (SpoiltRoad road : roads) {
                road.proxy().close();
            }
        }
        seen.forEach((road, what) -> System.out.println(RoadTrial.summary(road, what)));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void spoilt_everyKindOfCaller_isServedOrToldInTimeAndTheLoginIsKept(Mode mode) {
        Seen what = seen.get(mode.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        assertThat(what).isNotNull();
        RoadTrial.assertBorne(what);
        assertThat(what.cold()).noneMatch(timed -> timed.answer().status() == 200);
    }
}

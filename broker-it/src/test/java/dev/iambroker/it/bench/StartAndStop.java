package dev.iambroker.it.bench;

import dev.iambroker.it.harness.Program;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts from stored state, as the launcher does it and as {@code java -jar} would; and ends. */
final class StartAndStop implements Experiment {
    private static final Figure START = new Figure(
            "start",
            "start, exec to first token from stored state",
            "`java -jar`, the same jars, JDK 25 with default flags",
            Target.atMost(0.35, Target.Unit.TIMES));
    private static final Figure STOP =
            new Figure("stop", "SIGTERM to exit, idle", "", Target.atMost(50, Target.Unit.MILLIS));
    private static final int ROUNDS = 9;
    private static final Duration IDLE = Duration.ofMillis(500);

    @Override
    public List<Figure> figures() {
        return List.of(START, STOP);
    }

    @Override
    public Map<String, Measured> run(Site site) throws IOException, InterruptedException {
        List<Double> ours = new ArrayList<>();
        List<Double> theirs = new ArrayList<>();
        List<Double> stops = new ArrayList<>();
        try (Broker broker = Broker.of(site, 1)) {
            storeState(broker);
            for (int round = 0; round < site.rounds(ROUNDS); round++) {
                ours.add(start(broker.serve(), broker, stops));
                theirs.add(start(plain(site, broker), broker, new ArrayList<>()));
            }
        }
        Pairs pairs = new Pairs(ours, theirs);
        return Map.of(
                START.name(), Measured.of(pairs.ratios(), pairs.remark("ms", "default flags")),
                STOP.name(), Measured.of(stops, ""));
    }

    private static void storeState(Broker broker) throws IOException, InterruptedException {
        try (Started first = Started.by(broker.serve(), broker)) {
            first.stopped();
        }
    }

    private static double start(Program program, Broker broker, List<Double> stops)
            throws IOException, InterruptedException {
        try (Started started = Started.by(program, broker)) {
            Thread.sleep(IDLE);
            stops.add(started.stopped());
            return started.millis();
        }
    }

    /** The path is where the sockets' native part lies, without which there is no start. */
    private static Program plain(Site site, Broker broker) {
        return Program.of(
                        Path.of(System.getProperty("java.home"), "bin/java"),
                        "-Djava.library.path=" + site.distribution().resolve("lib/native"),
                        "-jar",
                        site.distribution().resolve("lib/iam-broker.jar"),
                        "serve",
                        "--config",
                        broker.place().configFile())
                .env("HOME", broker.place().directory())
                .in(broker.place().directory());
    }
}

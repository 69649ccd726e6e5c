package dev.iambroker.it.bench;

import dev.iambroker.it.harness.Daemon;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A daemon with a hundred accounts that nobody asks, and the same one after a million requests. */
final class Resting implements Experiment {
    private static final int ACCOUNTS = 100;
    private static final String OF = ", " + ACCOUNTS + " accounts";
    private static final Figure IDLE =
            new Figure("rss-idle", "resident memory, idle" + OF, "", Target.atMost(64, Target.Unit.MIB));
    private static final Figure CPU =
            new Figure("idle-cpu", "CPU, idle" + OF + ", share of a core", "", Target.atMost(0.1, Target.Unit.PERCENT));
    private static final Figure LOADED = new Figure(
            "rss-million", "resident memory after a million requests" + OF, "", Target.atMost(80, Target.Unit.MIB));
    private static final int ROUNDS = 2;
    private static final long CPU_MILLIS = 15_000;
    private static final long SETTLE_MILLIS = 3000;
    private static final long REQUESTS = 1_000_000;
    private static final int CONNECTIONS = 64;
    /** No load of a second is a failure of the daemon before that many. */
    private static final int MOST_LOADS = 60;

    @Override
    public List<Figure> figures() {
        return List.of(IDLE, CPU, LOADED);
    }

    @Override
    public Map<String, Measured> run(Site site) throws IOException, InterruptedException {
        List<Double> idle = new ArrayList<>();
        List<Double> cpu = new ArrayList<>();
        List<Double> loaded = new ArrayList<>();
        for (int round = 0; round < (site.isQuick() ? 1 : ROUNDS); round++) {
            try (Broker broker = Broker.of(site, ACCOUNTS);
                    Daemon daemon = broker.started(ACCOUNTS)) {
                ProcessFigures process = new ProcessFigures(daemon.pid());
                Thread.sleep(SETTLE_MILLIS);
                cpu.add(percentOfACore(process, site.millis(CPU_MILLIS)));
                idle.add(process.residentMib());
                load(site, broker);
                loaded.add(process.residentMib());
            }
        }
        return Map.of(
                IDLE.name(), Measured.of(idle, ""),
                CPU.name(),
                        Measured.of(
                                cpu,
                                "over "
                                        + Duration.ofMillis(site.millis(CPU_MILLIS))
                                                .toSeconds() + " s"),
                LOADED.name(), Measured.of(loaded, CONNECTIONS + " connections"));
    }

    static double percentOfACore(ProcessFigures process, long millis) throws IOException, InterruptedException {
        Duration before = process.cpu();
        long start = System.nanoTime();
        Thread.sleep(millis);
        double used = process.cpu().minus(before).toNanos();
        return used * 100 / (System.nanoTime() - start);
    }

    private static void load(Site site, Broker broker) throws IOException, InterruptedException {
        Path request = site.request("million", Broker.tokenRoute(0));
        long asked = 0;
        for (int i = 0; asked < REQUESTS; i++) {
            if (i == MOST_LOADS) {
                throw new IllegalStateException(asked + " requests in " + MOST_LOADS + " s");
            }
            asked += site.load(broker.socket(), CONNECTIONS, 1000, "keep", request)
                    .requests();
        }
    }
}

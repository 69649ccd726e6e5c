package dev.iambroker.it.bench;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.SampleCloud;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What an account takes: two daemons that differ by their number alone. */
final class ManyAccounts implements Experiment {
    private static final int FEW = 1000;
    private static final int MANY = 10_000;
    private static final Figure ALL = new Figure(
            "rss-10000", "resident memory, 10,000 accounts with a token each", "", Target.atMost(160, Target.Unit.MIB));
    private static final Figure EACH =
            new Figure("rss-account", "resident memory of a further account", "", Target.atMost(6, Target.Unit.KIB));
    private static final Figure CPU = new Figure(
            "many-cpu",
            "CPU, 10,000 accounts that nobody asks for and their renewals, share of a core",
            "",
            Target.atMost(5, Target.Unit.PERCENT));
    private static final long SETTLE_MILLIS = 2000;
    private static final long IDLE_MILLIS = 15_000;

    /** A token of an hour is renewed after half of it. */
    private static final double SECONDS_BETWEEN_RENEWALS = 1800;

    /**
     * What a daemon took.
     *
     * @param cpuOfAToken in milliseconds, of all that was done until each account had its first: a renewal takes less
     */
    private record Taken(long residentKib, double idlePercent, double cpuOfAToken, int accounts) {
        double renewalsASecond() {
            return accounts / SECONDS_BETWEEN_RENEWALS;
        }

        double percentWithRenewals() {
            return idlePercent + renewalsASecond() * cpuOfAToken / 10;
        }

        String cpuInWords() {
            return Target.digits(idlePercent) + " % while nothing is due, and " + Target.digits(renewalsASecond())
                    + " renewals a second at " + Target.digits(cpuOfAToken) + " ms, as first tokens took";
        }
    }

    @Override
    public List<Figure> figures() {
        return List.of(ALL, EACH, CPU);
    }

    @Override
    public Map<String, Measured> run(Site site) throws IOException, InterruptedException {
        int many = site.isQuick() ? 2 * FEW : MANY;
        Taken small = taken(site, FEW);
        Taken large = taken(site, many);
        String remark = many + " accounts, each IAM of " + Clouds.COUNT + " asked at its full rate";
        return Map.of(
                ALL.name(), Measured.once(large.residentKib / 1024.0, remark),
                EACH.name(),
                        Measured.once(
                                (double) (large.residentKib - small.residentKib) / (many - FEW),
                                FEW + " accounts take " + Target.digits(small.residentKib / 1024.0) + " MiB"),
                CPU.name(), Measured.once(large.percentWithRenewals(), large.cpuInWords()));
    }

    private static Taken taken(Site site, int accounts) throws IOException, InterruptedException {
        try (Clouds clouds = Clouds.start();
                Broker broker = Broker.of(site, clouds.first(), clouds.accounts(accounts));
                Daemon daemon = broker.started(accounts)) {
            ProcessFigures process = new ProcessFigures(daemon.pid());
            double cpuOfAToken = process.cpu().toNanos() / 1e6 / accounts;
            Thread.sleep(SETTLE_MILLIS);
            double idle = Resting.percentOfACore(process, site.millis(IDLE_MILLIS));
            return new Taken(process.residentKib(), idle, cpuOfAToken, accounts);
        }
    }

    /** Several IAMs: one is asked so rarely that the first tokens of ten thousand accounts would take seven minutes. More than
     * these a daemon on one core does not keep up with. */
    record Clouds(List<EmulatedCloud> all) implements AutoCloseable {
        static final int COUNT = 12;

        static Clouds start() {
            return new Clouds(Stream.generate(SampleCloud::start).limit(COUNT).toList());
        }

        EmulatedCloud first() {
            return all.getFirst();
        }

        String accounts(int count) {
            StringBuilder lines = new StringBuilder();
            for (int i = 0; i < count; i++) {
                String iam = all.get(i % COUNT).emulator().iamUrl();
                lines.append("  a%d: { api-key: { file: key }, endpoints: { iam: \"%s\" } }\n".formatted(i, iam));
            }
            return lines.toString();
        }

        @Override
        public void close() {
            all.forEach(EmulatedCloud::close);
        }
    }
}

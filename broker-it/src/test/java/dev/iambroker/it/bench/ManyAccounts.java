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
    private static final long SETTLE_MILLIS = 2000;

    @Override
    public List<Figure> figures() {
        return List.of(ALL, EACH);
    }

    @Override
    public Map<String, Measured> run(Site site) throws IOException, InterruptedException {
        int many = site.isQuick() ? 2 * FEW : MANY;
        long small = residentKib(site, FEW);
        long large = residentKib(site, many);
        String remark = many + " accounts, each IAM of " + Clouds.COUNT + " asked at its full rate";
        return Map.of(
                ALL.name(), Measured.once(large / 1024.0, remark),
                EACH.name(),
                        Measured.once(
                                (double) (large - small) / (many - FEW),
                                FEW + " accounts take " + Target.digits(small / 1024.0) + " MiB"));
    }

    private static long residentKib(Site site, int accounts) throws IOException, InterruptedException {
        try (Clouds clouds = Clouds.start();
                Broker broker = Broker.of(site, clouds.first(), clouds.accounts(accounts));
                Daemon daemon = broker.started(accounts)) {
            Thread.sleep(SETTLE_MILLIS);
            return new ProcessFigures(daemon.pid()).residentKib();
        }
    }

    /** Several IAMs: one is asked so rarely that the first tokens of ten thousand accounts would take seven minutes. */
    record Clouds(List<EmulatedCloud> all) implements AutoCloseable {
        static final int COUNT = 20;

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

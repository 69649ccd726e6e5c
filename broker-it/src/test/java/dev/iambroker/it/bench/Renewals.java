package dev.iambroker.it.bench;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.emulator.record.RecordedRequest;
import dev.iambroker.it.harness.Daemon;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/**
 * Ten thousand accounts and an hour of life, on a sixtieth of the time: at each IAM a sixtieth of the accounts, which keeps
 * how long the first tokens take in proportion, with lives of a minute. Several IAMs at once, so that chance is small.
 */
final class Renewals implements Experiment {
    private static final int ACCOUNTS = 167;
    private static final Duration LIFE = Duration.ofSeconds(60);
    private static final String WHAT =
            "10,000 accounts, 60-minute life, on a sixtieth of the time (" + ACCOUNTS + " accounts an IAM, 60 s): ";
    private static final Figure AGE = new Figure(
            "renewal-age",
            WHAT + "the greatest part of a life at its renewal",
            "",
            Target.atMost(75, Target.Unit.PERCENT));
    private static final Figure SPREAD = new Figure(
            "renewal-spread",
            WHAT + "the farthest from even of twelve parts of a life",
            "an even stream",
            Target.atMost(20, Target.Unit.PERCENT));
    private static final int PARTS = 12;
    /** How long the watch is, in lives, from when each account has its first token; the last of them is judged for its spread. */
    private static final int LIVES = 2;

    private static final long LOOK_MILLIS = 1000;

    @Override
    public List<Figure> figures() {
        return List.of(AGE, SPREAD);
    }

    @Override
    public Map<String, Measured> run(Site site) throws IOException, InterruptedException {
        try (ManyAccounts.Clouds clouds = ManyAccounts.Clouds.start()) {
            clouds.all()
                    .forEach(cloud ->
                            cloud.emulator().settings().accessTokenLife(LIFE).idTokenLife(LIFE));
            int accounts = (site.isQuick() ? 1 : ManyAccounts.Clouds.COUNT) * ACCOUNTS;
            try (Broker broker = Broker.of(site, clouds.first(), clouds.accounts(accounts));
                    Daemon daemon = broker.started(accounts)) {
                double oldest = watch(broker, LIFE.multipliedBy(site.isQuick() ? 1 : LIVES));
                Instant end = Instant.now();
                daemon.terminate();
                Duration judged = site.isQuick() ? LIFE.dividedBy(2) : LIFE;
                return Map.of(
                        AGE.name(),
                        Measured.once(oldest * 100, accounts + " accounts"),
                        SPREAD.name(),
                        Measured.once(farthest(clouds.all(), end.minus(judged), end) * 100, accounts + " accounts"));
            }
        }
    }

    /** The greatest part of its life that any token was seen at. */
    private static double watch(Broker broker, Duration time) throws IOException, InterruptedException {
        double oldest = 0;
        Instant end = Instant.now().plus(time);
        while (Instant.now().isBefore(end)) {
            Thread.sleep(LOOK_MILLIS);
            oldest = Math.max(oldest, oldest(broker.http().get("/v1/accounts").json()));
        }
        return oldest;
    }

    private static double oldest(JsonNode answer) {
        long least = LIFE.toMillis();
        Instant now = Instant.now();
        for (JsonNode account : answer.path("accounts")) {
            String ends =
                    account.path("tokens").path("access").path("expires_at").asString();
            least = ends.isEmpty()
                    ? 0
                    : Math.min(least, Duration.between(now, Instant.parse(ends)).toMillis());
        }
        return 1 - (double) least / LIFE.toMillis();
    }

    /** Of the counts of equal parts of the time between. */
    private static double farthest(List<EmulatedCloud> clouds, Instant begin, Instant end) {
        long[] counts = new long[PARTS];
        clouds.stream()
                .flatMap(cloud -> cloud.emulator().requests().stream())
                .filter(request -> request.grant() == GrantKind.API_KEY)
                .map(RecordedRequest::at)
                .filter(at -> at.isAfter(begin) && at.isBefore(end))
                .forEach(at -> counts[part(at, begin, end)]++);
        double even =
                (double) IntStream.range(0, PARTS).mapToLong(i -> counts[i]).sum() / PARTS;
        return IntStream.range(0, PARTS)
                .mapToDouble(i -> Math.abs(counts[i] / even - 1))
                .max()
                .orElseThrow();
    }

    private static int part(Instant at, Instant begin, Instant end) {
        double since = Duration.between(begin, at).toMillis();
        return (int)
                Math.min(PARTS - 1, since * PARTS / Duration.between(begin, end).toMillis());
    }
}

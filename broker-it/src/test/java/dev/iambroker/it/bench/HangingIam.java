package dev.iambroker.it.bench;

import dev.iambroker.emulator.fault.Misbehaviour;
import dev.iambroker.it.harness.Daemon;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Warm tokens while every renewal hangs, between the same load on the same daemon while IAM is well: a machine that becomes
 * slower or faster meanwhile does so on both sides.
 */
final class HangingIam implements Experiment {
    private static final int ACCOUNTS = 100;
    private static final Figure FIGURE = new Figure(
            "iam-hangs",
            "requests/s while IAM hangs for each of " + ACCOUNTS + " accounts, 8 connections",
            "itself while IAM is well",
            Target.atLeast(0.95, Target.Unit.TIMES));
    /**
     * Renewed at its half, give or take a tenth of that. Of the tokens of the start there has to be something left at the end,
     * however slow the machine is.
     */
    private static final Duration LIFE = Duration.ofSeconds(90);
    /** By then all are due that were there before IAM began to hang. */
    private static final Duration ALL_HANG = Duration.ofSeconds(50);

    /** What a token of the start does not have by then. */
    private static final Duration RENEWED = Duration.ofSeconds(45);

    private static final int ROUNDS = 5;
    private static final long MILLIS = 1000;
    private static final int CONNECTIONS = 8;

    @Override
    public List<Figure> figures() {
        return List.of(FIGURE);
    }

    @Override
    public Map<String, Measured> run(Site site) throws IOException, InterruptedException {
        Path request = site.request("hang", Broker.tokenRoute(0) + "?min_ttl=0");
        try (Broker broker = Broker.of(site, ACCOUNTS)) {
            broker.cloud().emulator().settings().accessTokenLife(LIFE).idTokenLife(LIFE);
            try (Daemon daemon = broker.started(ACCOUNTS)) {
                WarmTokens.warmUp(site, new Contest.Place(broker.socket(), request));
                List<Double> before = rates(site, broker, request);
                broker.cloud().emulator().misbehave(Misbehaviour.HANG_AFTER_ACCEPT);
                Thread.sleep(ALL_HANG);
                List<Double> hanging = rates(site, broker, request);
                broker.cloud().emulator().behave();
                broker.awaitTokens(ACCOUNTS, RENEWED);
                List<Double> after = rates(site, broker, request);
                daemon.kill();
                Pairs pairs = new Pairs(hanging, means(before, after));
                return Map.of(
                        FIGURE.name(),
                        Measured.of(
                                pairs.ratios(),
                                Load.rate(Measured.median(hanging)) + ", well " + Load.rate(Measured.median(before))
                                        + " before, " + Load.rate(Measured.median(after)) + " after"));
            }
        }
    }

    private static List<Double> rates(Site site, Broker broker, Path request) throws IOException, InterruptedException {
        List<Double> rates = new ArrayList<>();
        for (int round = 0; round < site.rounds(ROUNDS); round++) {
            rates.add(site.load(broker.socket(), CONNECTIONS, site.millis(MILLIS), "keep", request)
                    .rate());
        }
        return rates;
    }

    private static List<Double> means(List<Double> before, List<Double> after) {
        return IntStream.range(0, before.size())
                .mapToObj(round -> (before.get(round) + after.get(round)) / 2)
                .toList();
    }
}

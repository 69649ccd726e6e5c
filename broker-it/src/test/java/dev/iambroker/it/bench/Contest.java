package dev.iambroker.it.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The same load on the broker and on a peer, in turns; which one is first changes from round to round. */
final class Contest {
    private static final int ROUNDS = 5;
    private static final long MILLIS = 1000;

    private final Site site;
    private final int connections;
    private final String mode;
    private final List<Load> ours = new ArrayList<>();
    private final List<Load> theirs = new ArrayList<>();

    private Contest(Site site, int connections, String mode) {
        this.site = site;
        this.connections = connections;
        this.mode = mode;
    }

    /** An address, and what is asked there. */
    record Place(Object address, Path request) {}

    static Contest between(Place broker, Place peer, Site site, int connections, String mode)
            throws IOException, InterruptedException {
        Contest contest = new Contest(site, connections, mode);
        for (int round = 0; round < site.rounds(ROUNDS); round++) {
            if (round % 2 == 0) {
                contest.ours.add(contest.load(broker));
                contest.theirs.add(contest.load(peer));
            } else {
                contest.theirs.add(contest.load(peer));
                contest.ours.add(contest.load(broker));
            }
        }
        return contest;
    }

    private Load load(Place place) throws IOException, InterruptedException {
        return site.load(place.address(), connections, site.millis(MILLIS), mode, place.request());
    }

    private Pairs pairs(ToDoubleFunction<Load> value) {
        return new Pairs(
                ours.stream().map(value::applyAsDouble).toList(),
                theirs.stream().map(value::applyAsDouble).toList());
    }

    Map<String, Measured> figures(String rate, String p99) {
        Pairs rates = pairs(Load::rate);
        Pairs times = pairs(load -> load.p99() / 1e3);
        return Map.of(
                rate,
                Measured.of(
                        rates.ratios(),
                        Load.rate(Measured.median(rates.ours())) + ", nginx "
                                + Load.rate(Measured.median(rates.theirs()))),
                p99,
                Measured.of(times.ratios(), times.remark("µs", "nginx")));
    }
}

package dev.iambroker.it.bench;

import dev.iambroker.it.harness.Daemon;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A token that is there, over the Unix socket: by connections that stay, and by one for each request. */
final class WarmTokens implements Experiment {
    private static final String PEER = "nginx, the same bytes from memory";
    private static final int[] KEPT = {1, 8, 64};
    private static final int ANEW = 8;
    private static final double MOST_P99 = 1.2;
    private static final double LEAST_ANEW = 0.6;
    private static final long WARM_UP_MILLIS = 6000;

    @Override
    public List<Figure> figures() {
        List<Figure> figures = new ArrayList<>();
        for (int connections : KEPT) {
            String what =
                    "warm token, Unix socket, " + connections + (connections == 1 ? " connection" : " connections");
            figures.add(
                    new Figure(rate(connections), what + ", requests/s", PEER, Target.atLeast(1, Target.Unit.TIMES)));
            figures.add(new Figure(p99(connections), what + ", p99", PEER, Target.atMost(MOST_P99, Target.Unit.TIMES)));
        }
        figures.add(new Figure(
                "connect",
                "a connection per request, Unix socket, " + ANEW + " clients, requests/s",
                PEER,
                Target.atLeast(LEAST_ANEW, Target.Unit.TIMES)));
        return figures;
    }

    private static String rate(int connections) {
        return "warm-" + connections;
    }

    private static String p99(int connections) {
        return rate(connections) + "-p99";
    }

    @Override
    public Map<String, Measured> run(Site site) throws IOException, InterruptedException, NotMeasurable {
        Map<String, Measured> measured = new HashMap<>();
        Path request = site.request("token", Broker.tokenRoute(0));
        try (Broker broker = Broker.of(site, 1);
                Daemon daemon = broker.started(1);
                Nginx nginx = Nginx.answering(
                        site, broker.http().get(Broker.tokenRoute(0)).body())) {
            Contest.Place ours = new Contest.Place(broker.socket(), request);
            Contest.Place theirs = new Contest.Place(nginx.socket(), request);
            warmUp(site, ours);
            for (int connections : KEPT) {
                measured.putAll(Contest.between(ours, theirs, site, connections, "keep")
                        .figures(rate(connections), p99(connections)));
            }
            measured.putAll(Contest.between(ours, theirs, site, ANEW, "anew").figures("connect", "connect-p99"));
            daemon.terminate();
        }
        return measured;
    }

    /** Until the compiler is done. */
    static void warmUp(Site site, Contest.Place place) throws IOException, InterruptedException {
        site.load(place.address(), ANEW, site.millis(WARM_UP_MILLIS), "anew", place.request());
        site.load(place.address(), 64, site.millis(WARM_UP_MILLIS), "keep", place.request());
    }
}

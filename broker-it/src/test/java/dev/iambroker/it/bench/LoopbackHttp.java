package dev.iambroker.it.bench;

import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Program;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Loopback TCP with a client's secret, by two load generators. */
final class LoopbackHttp implements Experiment {
    private static final int CONNECTIONS = 64;
    private static final String WHAT =
            "loopback HTTP with a client secret, " + CONNECTIONS + " connections, requests/s";
    private static final Figure RATE =
            new Figure("http", WHAT, "nginx, the same bytes from memory", Target.atLeast(1, Target.Unit.TIMES));
    private static final Figure WRK =
            new Figure("http-wrk", WHAT + ", by wrk", RATE.peer(), Target.atLeast(1, Target.Unit.TIMES));
    private static final int WRK_ROUNDS = 3;
    private static final String WRK_SECONDS = "-d2s";
    private static final Pattern RATE_OF_WRK = Pattern.compile("Requests/sec:\\s+([0-9.]+)");

    @Override
    public List<Figure> figures() {
        return List.of(RATE, WRK);
    }

    @Override
    public Map<String, Measured> run(Site site) throws IOException, InterruptedException, NotMeasurable {
        Site.program("wrk");
        String secret = "Authorization: Bearer " + Broker.SECRET;
        try (Broker broker = Broker.of(site, 1);
                Daemon daemon = broker.started(1);
                Nginx nginx = Nginx.answering(
                        site, broker.http().get(Broker.tokenRoute(0)).body())) {
            var request = site.request("http", Broker.tokenRoute(0), secret);
            var ours = new Contest.Place(broker.port(), request);
            var theirs = new Contest.Place(nginx.port(), request);
            WarmTokens.warmUp(site, ours);
            Map<String, Measured> measured = new HashMap<>(
                    Contest.between(ours, theirs, site, CONNECTIONS, "keep").figures(RATE.name(), "http-p99"));
            measured.put(WRK.name(), byWrk(broker.port(), nginx.port(), secret));
            daemon.terminate();
            return measured;
        }
    }

    private static Measured byWrk(int ours, int theirs, String field) throws IOException, InterruptedException {
        List<Double> our = new ArrayList<>();
        List<Double> their = new ArrayList<>();
        for (int round = 0; round < WRK_ROUNDS; round++) {
            our.add(wrk(ours, field));
            their.add(wrk(theirs, field));
        }
        Pairs pairs = new Pairs(our, their);
        return Measured.of(
                pairs.ratios(), Load.rate(Measured.median(our)) + ", nginx " + Load.rate(Measured.median(their)));
    }

    private static double wrk(int port, String field) throws IOException, InterruptedException {
        String out = Site.must(Program.of(
                        "wrk",
                        "-t1",
                        "-c" + CONNECTIONS,
                        WRK_SECONDS,
                        "-H",
                        field,
                        "http://127.0.0.1:" + port + Broker.tokenRoute(0)))
                .out();
        Matcher rate = RATE_OF_WRK.matcher(out);
        if (!rate.find() || out.contains("Non-2xx")) {
            throw new IllegalStateException("wrk: " + out);
        }
        return Double.parseDouble(rate.group(1));
    }
}

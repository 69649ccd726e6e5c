package dev.iambroker.it.bench;

import dev.iambroker.it.harness.Program;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How much a daemon serves right behind its start: the tarball's, and a copy of it without its AOT caches. */
final class FirstRequests implements Experiment {
    private static final Figure FIGURE = new Figure(
            "first-250ms",
            "requests/s in the first 250 ms after the first token, 8 connections",
            "the same without AOT cache",
            Target.atLeast(3, Target.Unit.TIMES));
    private static final int ROUNDS = 9;
    private static final long MILLIS = 250;
    private static final int CONNECTIONS = 8;

    @Override
    public List<Figure> figures() {
        return List.of(FIGURE);
    }

    @Override
    public Map<String, Measured> run(Site site) throws IOException, InterruptedException {
        Path copy = withoutCaches(site);
        Path request = site.request("first", Broker.tokenRoute(0));
        List<Double> ours = new ArrayList<>();
        List<Double> theirs = new ArrayList<>();
        try (Broker broker = Broker.of(site, 1)) {
            first(site, broker, site.launcher(), request);
            for (int round = 0; round < site.rounds(ROUNDS); round++) {
                ours.add(first(site, broker, site.launcher(), request));
                theirs.add(first(site, broker, copy.resolve("bin/iam-broker"), request));
            }
        }
        Pairs pairs = new Pairs(ours, theirs);
        return Map.of(
                FIGURE.name(),
                Measured.of(
                        pairs.ratios(),
                        Load.rate(Measured.median(ours)) + ", without " + Load.rate(Measured.median(theirs))));
    }

    private static double first(Site site, Broker broker, Path launcher, Path request)
            throws IOException, InterruptedException {
        try (Started started = Started.by(broker.serve(launcher), broker)) {
            double rate = site.load(broker.socket(), CONNECTIONS, MILLIS, "keep", request)
                    .rate();
            started.stopped();
            return rate;
        }
    }

    private static Path withoutCaches(Site site) throws IOException, InterruptedException {
        Path copy = site.folder().resolve("without-aot");
        Site.must(Program.of("cp", "-a", site.distribution(), copy));
        try (DirectoryStream<Path> caches = Files.newDirectoryStream(copy.resolve("lib"), "*.aot")) {
            for (Path cache : caches) {
                Files.delete(cache);
            }
        }
        return copy;
    }
}

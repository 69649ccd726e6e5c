package dev.iambroker.it.bench;

import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.it.harness.Daemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * As many callers as there can be at the instant at which the one token is gone: a user may have 1,024 connections, all users
 * together 8,192.
 */
final class Expiry implements Experiment {
    private static final int USERS = 10;
    private static final int CONNECTIONS = 800;
    private static final int LATENCY_MILLIS = 100;
    private static final int ROUNDS = 5;
    /** The connections of the round before are gone by then, or theirs would be given up for these. */
    private static final long SETTLE_MILLIS = 1000;

    private static final String WHAT = "8,000 callers at the instant of expiry on one account";
    private static final Figure ASKED =
            new Figure("expiry-iam", WHAT + ", requests to IAM", "", Target.atMost(1, Target.Unit.REQUESTS));
    private static final Figure P99 = new Figure(
            "expiry-p99",
            WHAT + ", p99, IAM takes " + LATENCY_MILLIS + " ms",
            "",
            Target.atMost(LATENCY_MILLIS + 50, Target.Unit.MILLIS));

    private static final Figure UNANSWERED =
            new Figure("expiry-failed", WHAT + ", those without a token", "", Target.atMost(0, Target.Unit.REQUESTS));

    /**
     * Of a round.
     *
     * @param slowestMillis the greatest 99th percentile of a user
     */
    private record Crowd(double slowestMillis, long failures) {}

    @Override
    public List<Figure> figures() {
        return List.of(ASKED, P99, UNANSWERED);
    }

    @Override
    public Map<String, Measured> run(Site site) throws IOException, InterruptedException, NotMeasurable {
        if (!Site.isRoot()) {
            throw new NotMeasurable("takes root, to be ten users");
        }
        List<Double> asked = new ArrayList<>();
        List<Double> p99 = new ArrayList<>();
        List<Double> failures = new ArrayList<>();
        try (Broker broker = Broker.of(site, 1);
                Daemon daemon = broker.started(1)) {
            broker.cloud().emulator().settings().latency(Duration.ofMillis(LATENCY_MILLIS));
            for (int round = 0; round < site.rounds(ROUNDS); round++) {
                Thread.sleep(SETTLE_MILLIS);
                long before = broker.cloud().emulator().count(GrantKind.API_KEY);
                Crowd crowd = ask(site, broker);
                p99.add(crowd.slowestMillis());
                failures.add((double) crowd.failures());
                asked.add((double) (broker.cloud().emulator().count(GrantKind.API_KEY) - before));
            }
            daemon.terminate();
        }
        return Map.of(
                ASKED.name(), Measured.of(asked, ""),
                UNANSWERED.name(), Measured.of(failures, "of " + USERS * CONNECTIONS),
                P99.name(), Measured.of(p99, USERS + " users with " + CONNECTIONS + " connections, the slowest user"));
    }

    private static Crowd ask(Site site, Broker broker) throws IOException, InterruptedException {
        Path request = site.request("expiry", Broker.tokenRoute(0) + "?wait=20");
        List<Process> crowd = new ArrayList<>();
        List<Path> outs = new ArrayList<>();
        try {
            for (int user = 0; user < USERS; user++) {
                Path out = Files.createTempFile(site.folder(), "crowd-", ".out");
                outs.add(out);
                crowd.add(site.waitingLoad(Site.CLIENT - user, broker.socket(), CONNECTIONS, request, out));
            }
            for (int user = 0; user < USERS; user++) {
                awaitReady(crowd.get(user), outs.get(user));
            }
            broker.http().post("/v1/accounts/a0/purge", "");
            for (Process each : crowd) {
                each.getOutputStream().write('\n');
                each.getOutputStream().flush();
            }
            double slowest = 0;
            long failures = 0;
            for (int user = 0; user < USERS; user++) {
                int code = crowd.get(user).waitFor();
                if (code != 0) {
                    throw new IllegalStateException(
                            "the load ended with " + code + ": " + Files.readString(Site.errorsOf(outs.get(user))));
                }
                Load load = last(outs.get(user));
                slowest = Math.max(slowest, load.p99() / 1e6);
                failures += load.failures();
            }
            return new Crowd(slowest, failures);
        } finally {
            crowd.forEach(Process::destroyForcibly);
        }
    }

    private static void awaitReady(Process load, Path out) throws IOException, InterruptedException {
        while (!Files.readString(out).startsWith("ready")) {
            if (load.waitFor(5, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(Files.readString(Site.errorsOf(out)));
            }
        }
    }

    private static Load last(Path out) throws IOException {
        return Load.parse(Files.readString(out).lines().toList().getLast());
    }
}

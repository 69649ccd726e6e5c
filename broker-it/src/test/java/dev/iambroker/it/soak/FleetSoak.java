package dev.iambroker.it.soak;

import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.it.harness.EtcdCluster;
import dev.iambroker.it.harness.FleetMember;
import dev.iambroker.it.harness.FleetOfBrokers;
import dev.iambroker.it.harness.Workplace;
import dev.iambroker.it.soak.SoakAccount.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;

/**
 * Lets clients ask each of {@value #SIZE} daemons of a fleet for the tokens of all its accounts, while daemons and etcd fail;
 * then looks whether all is well again, and makes up the books. IAM itself is well. The seed decides the order of faults, and
 * what is asked; not how they meet.
 */
final class FleetSoak {
    private static final int SIZE = 10;
    private static final int ACCOUNTS = 20;
    private static final int CLIENTS_OF_A_MEMBER = 2;
    /** Less than the minute that a caller asks for who says nothing: else each of them would ask for a renewal. */
    private static final Duration LIFE = Duration.ofSeconds(55);

    private static final Duration RECOVERY = Duration.ofSeconds(60);

    /** Those who log in anew by what is configured. */
    private static final Set<Kind> BY_THEMSELVES = Set.of(Kind.API_KEY, Kind.PASSWORD, Kind.TRUSTED_PROFILE);

    private final long seed;
    private final Duration length;
    private final SoakCloud cloud;
    private final EtcdCluster etcd;
    private final FleetOfBrokers fleet;
    private final Map<FleetMember, World> worlds = new HashMap<>();
    private final Books books = new Books();

    private FleetSoak(long seed, Duration length, SoakCloud cloud, EtcdCluster etcd, FleetOfBrokers fleet) {
        this.seed = seed;
        this.length = length;
        this.cloud = cloud;
        this.etcd = etcd;
        this.fleet = fleet;
    }

    static FleetFigures run(long seed, Duration length) throws Exception {
        try (Workplace secrets = Workplace.create();
                SoakCloud cloud = new SoakCloud(LIFE, ACCOUNTS);
                EtcdCluster etcd = EtcdCluster.start();
                FleetOfBrokers fleet =
                        new FleetOfBrokers(etcd, Workplace.endpoints(cloud.emulator()) + cloud.accounts(secrets))) {
            for (int i = 0; i < SIZE; i++) {
                fleet.add();
            }
            fleet.startAll();
            return new FleetSoak(seed, length, cloud, etcd, fleet).suffer();
        }
    }

    private FleetFigures suffer() throws Exception {
        fleet.awaitWhole();
        cloud.logIn(fleet.member(0).http());
        for (FleetMember member : fleet.members()) {
            worlds.put(member, new World());
            member.daemon()
                    .await(
                            "all accounts to be valid, not " + unwell(member),
                            () -> unwell(member).isEmpty());
        }
        Random seeds = new Random(seed);
        FleetMischief mischief = new FleetMischief(etcd, fleet, worlds, books, seeds.nextLong());
        long end = System.nanoTime() + length.toNanos();
        askWhile(() -> System.nanoTime() > end, mischief, seeds);
        List<String> lost = lostLogins();
        cloud.emulator().departures().forEach(departure -> books.complain("IAM was asked amiss: " + departure));
        return figures(mischief, lost);
    }

    /** The clients go on as long as the last fault does. */
    private void askWhile(BooleanSupplier isOver, FleetMischief mischief, Random seeds) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Boolean> faults = threads.submit(done(() -> mischief.run(isOver)));
            List<Future<Boolean>> clients = new ArrayList<>();
            for (FleetMember member : fleet.members()) {
                World world = worlds.getOrDefault(member, new World());
                Judge judge = new Judge(world, books, LIFE, Set.of(409, 503, 504));
                for (int i = 0; i < CLIENTS_OF_A_MEMBER; i++) {
                    SoakClient client = new SoakClient(member.http(), cloud.accounts(), judge, books, seeds.nextLong());
                    clients.add(threads.submit(done(() -> client.run(faults::isDone))));
                }
            }
            faults.get();
            for (Future<Boolean> client : clients) {
                client.get();
            }
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private static Callable<Boolean> done(Work work) {
        return () -> {
            work.run();
            return true;
        };
    }

    /** All faults have ended: everybody must be served again, but for whom a person has to log in. */
    private List<String> lostLogins() throws InterruptedException {
        long end = System.nanoTime() + RECOVERY.toNanos();
        Set<String> lost = new TreeSet<>();
        for (FleetMember member : fleet.members()) {
            Map<String, String> unwell = unwell(member);
            while (!unwell.isEmpty() && System.nanoTime() < end) {
                Thread.sleep(200);
                unwell = unwell(member);
            }
            unwell.forEach((account, state) -> {
                lost.add(account);
                if (!state.equals("login_required") || logsInByItself(account)) {
                    books.complain(account + " is " + state + " after the last fault");
                }
            });
        }
        return List.copyOf(lost);
    }

    private boolean logsInByItself(String alias) {
        return cloud.accounts().stream()
                .anyMatch(account -> account.alias().equals(alias) && BY_THEMSELVES.contains(account.kind()));
    }

    /** The accounts that have no good token there or soon will have none, and their state. */
    private static Map<String, String> unwell(FleetMember member) {
        Map<String, String> unwell = new HashMap<>();
        try {
            for (JsonNode account : member.http().get("/v1/accounts").json().path("accounts")) {
                String state = account.path("state").asString("");
                if (!state.equals("valid") && !state.equals("refreshing")) {
                    unwell.put(account.path("name").asString(""), state);
                }
            }
        } catch (IOException e) {
            unwell.put("all", e.toString());
        }
        return unwell;
    }

    private FleetFigures figures(FleetMischief mischief, List<String> lost) throws IOException {
        double again = 0;
        for (FleetMember member : fleet.members()) {
            again += member.metrics().sum("iam_broker_fleet_presented_again_total");
        }
        return new FleetFigures(
                seed,
                length,
                mischief.suffered(),
                mischief.takeovers(),
                books.requests(),
                books.byStatus(),
                books.wrongAnswers(),
                books.expiredTokens(),
                cloud.emulator().retiredUses().size(),
                lost,
                again,
                cloud.emulator().count(GrantKind.REFRESH),
                books.complaints());
    }
}

package dev.iambroker.it.soak;

import dev.iambroker.it.harness.EtcdCluster;
import dev.iambroker.it.harness.FleetMember;
import dev.iambroker.it.harness.FleetOfBrokers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** What goes wrong in a fleet, one thing after another: each kind once, in an order by chance, and so on. Confined to a thread. */
final class FleetMischief {
    private static final Duration TAKEOVER = Duration.ofSeconds(15);
    /** A new leader of etcd begins each lease anew. */
    private static final Duration LEASE = Duration.ofSeconds(11);

    /** Longer than a lease. */
    private static final Duration STOPPED = Duration.ofSeconds(13);

    private static final int LONGEST_CUT_MILLIS = 8_000;
    private static final int LONGEST_BREAK_MILLIS = 3_000;

    private enum Fault {
        RENEWER_KILLED,
        RENEWER_STOPPED,
        RENEWER_CUT_OFF,
        ETCD_MEMBER_CUT_OFF,
        ETCD_CUT_OFF
    }

    private final EtcdCluster etcd;
    private final FleetOfBrokers fleet;
    private final Map<FleetMember, World> worlds;
    private final Books books;
    private final Random random;
    private final Map<Fault, Integer> suffered = new EnumMap<>(Fault.class);
    private final List<Duration> takeovers = new ArrayList<>();

    FleetMischief(EtcdCluster etcd, FleetOfBrokers fleet, Map<FleetMember, World> worlds, Books books, long seed) {
        this.etcd = etcd;
        this.fleet = fleet;
        this.worlds = worlds;
        this.books = books;
        this.random = new Random(seed);
    }

    Map<String, Integer> suffered() {
        Map<String, Integer> named = new TreeMap<>();
        suffered.forEach((fault, times) -> named.put(fault.name(), times));
        return named;
    }

    List<Duration> takeovers() {
        return List.copyOf(takeovers);
    }

    /** Each kind comes once at least, however short the time is. */
    void run(BooleanSupplier isOver) throws Exception {
        boolean isFirst = true;
        while (isFirst || !isOver.getAsBoolean()) {
            List<Fault> round = new ArrayList<>(Arrays.asList(Fault.values()));
            Collections.shuffle(round, random);
            for (Fault fault : round) {
                if (isFirst || !isOver.getAsBoolean()) {
                    suffered.merge(fault, 1, Integer::sum);
                    suffer(fault);
                    fleet.awaitWhole();
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_BREAK_MILLIS));
                }
            }
            isFirst = false;
        }
    }

    private void suffer(Fault fault) throws Exception {
        switch (fault) {
            case RENEWER_KILLED -> kill(renewer());
            case RENEWER_STOPPED -> stop(renewer());
            case RENEWER_CUT_OFF -> cutOff(renewer());
            case ETCD_MEMBER_CUT_OFF -> cutOffOneOfEtcd();
            case ETCD_CUT_OFF -> cutOffEtcd();
        }
    }

    /** One that renews something. */
    private FleetMember renewer() throws IOException {
        List<FleetMember> all = new ArrayList<>(fleet.running());
        Collections.shuffle(all, random);
        for (FleetMember member : all) {
            if (!member.view().renewedBy(member.view().self()).isEmpty()) {
                return member;
            }
        }
        throw new AssertionError("nobody renews anything: " + all.getFirst().view());
    }

    /** What a member is about to lose, as another sees it. */
    private final class Loss {
        private final FleetMember observer;
        private final String loser;
        private final List<String> accounts;
        private final long term;

        Loss(FleetMember member) throws IOException, InterruptedException {
            observer = fleet.other(member);
            loser = member.view().self();
            accounts = observer.view().renewedBy(loser);
            term = etcd.term();
        }

        void awaitTakeover(Fault fault, long sinceNanos) throws IOException, InterruptedException {
            Duration took = fleet.awaitTakeover(observer, loser, accounts, sinceNanos);
            takeovers.add(took);
            long elections = etcd.term() - term;
            if (elections > 0) {
                System.out.println("fleet: etcd elected a leader while " + fault + " was taken over in " + took);
            }
            if (took.compareTo(elections > 0 ? TAKEOVER.plus(LEASE) : TAKEOVER) >= 0) {
                books.complain(fault + ": " + accounts + " were taken over after " + took);
            }
        }
    }

    private World world(FleetMember member) {
        World world = worlds.get(member);
        if (world == null) {
            throw new IllegalStateException("a member of another fleet");
        }
        return world;
    }

    private void kill(FleetMember member) throws IOException, InterruptedException {
        Loss loss = new Loss(member);
        world(member).disturb();
        long since = System.nanoTime();
        member.kill();
        loss.awaitTakeover(Fault.RENEWER_KILLED, since);
        member.start();
        world(member).calm();
    }

    private void stop(FleetMember member) throws IOException, InterruptedException {
        Loss loss = new Loss(member);
        world(member).disturb();
        long since = System.nanoTime();
        member.freeze();
        try {
            loss.awaitTakeover(Fault.RENEWER_STOPPED, since);
            long left = since + STOPPED.toNanos() - System.nanoTime();
            TimeUnit.NANOSECONDS.sleep(left);
        } finally {
            member.thaw();
            TimeUnit.MILLISECONDS.sleep(500);
            world(member).calm();
        }
    }

    /** It serves what it has, as if nothing were. */
    private void cutOff(FleetMember member) throws IOException, InterruptedException {
        Loss loss = new Loss(member);
        long since = System.nanoTime();
        member.cutOff();
        try {
            loss.awaitTakeover(Fault.RENEWER_CUT_OFF, since);
            TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_CUT_MILLIS));
        } finally {
            member.join();
        }
    }

    private void cutOffOneOfEtcd() throws IOException, InterruptedException {
        etcd.cutOff(etcd.members().get(random.nextInt(EtcdCluster.SIZE)));
        try {
            TimeUnit.MILLISECONDS.sleep(5_000 + random.nextInt(LONGEST_CUT_MILLIS));
        } finally {
            etcd.join();
        }
        etcd.awaitAnswers();
    }

    private void cutOffEtcd() throws IOException, InterruptedException {
        fleet.members().forEach(FleetMember::cutOff);
        try {
            TimeUnit.MILLISECONDS.sleep(5_000 + random.nextInt(LONGEST_CUT_MILLIS));
        } finally {
            fleet.members().forEach(FleetMember::join);
        }
        long since = System.nanoTime();
        fleet.awaitWhole();
        Duration took = Duration.ofNanos(System.nanoTime() - since);
        takeovers.add(took);
        if (took.compareTo(TAKEOVER) >= 0) {
            books.complain("after etcd was away, all was taken up again after " + took);
        }
    }
}

package dev.iambroker.it.soak;

import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.it.harness.Sandbox;
import dev.iambroker.it.harness.UnixHttp;
import dev.iambroker.it.harness.Workplace;
import dev.iambroker.it.soak.SoakAccount.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;

/**
 * Lets {@value #CLIENTS} clients ask a daemon with fifty accounts for their tokens, while IAM and its answers, the clock, the
 * disk and the process itself fail; then looks whether all is well again by itself, and makes up the books. The seed decides which faults
 * come, and what is asked; not how they meet.
 */
final class Soak {
    private static final int CLIENTS = 50;
    /** Of an account: access and kube. */
    private static final int TOKENS = 2;

    private static final double RETRIES_PER_SECOND = 0.5;
    /** For renewals under way to reach their deadline, and the longest back-off after that. */
    private static final Duration RECOVERY = Duration.ofSeconds(45);

    private final long seed;
    private final Duration length;
    private final SoakCloud cloud;
    private final Workplace place;
    private final World world = new World();
    private final Books books = new Books();
    private final Judge judge = new Judge(world, books, SoakCloud.LIFE, Set.of(503, 504));

    Soak(long seed, Duration length, SoakCloud cloud, Workplace place) {
        this.seed = seed;
        this.length = length;
        this.cloud = cloud;
        this.place = place;
    }

    /** Runs one; the test that asked is skipped where the machine does not allow it. */
    static Figures run(long seed, Duration length) throws Exception {
        try (Sandbox sandbox = Sandbox.open();
                SoakCloud cloud = new SoakCloud(SoakCloud.LIFE, SoakCloud.ACCOUNTS);
                Workplace place = Workplace.create()) {
            place.configure(cloud.emulator(), cloud.accounts(place));
            try (Machine machine = Machine.start(sandbox, place)) {
                return new Soak(seed, length, cloud, place).suffer(machine);
            }
        }
    }

    private Figures suffer(Machine machine) throws Exception {
        cloud.logIn(place.http());
        machine.daemon().await("all accounts to be valid", () -> invalid().isEmpty());
        Random seeds = new Random(seed);
        IamMischief iam = new IamMischief(cloud.emulator(), books, seeds.nextLong());
        MachineMischief mischief = new MachineMischief(machine, world, books, seeds.nextLong());
        long began = System.nanoTime();
        askWhile(() -> System.nanoTime() - began > length.toNanos(), iam, mischief, seeds);
        awaitRecovery();
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        if (machine.log().contains("damaged")) {
            books.wrong("a session was damaged: " + machine.log());
        }
        cloud.emulator().departures().forEach(departure -> books.wrong("IAM was asked amiss: " + departure));
        return figures(iam, mischief, took);
    }

    private void askWhile(BooleanSupplier isOver, IamMischief iam, MachineMischief mischief, Random seeds)
            throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            all.add(threads.submit(done(() -> iam.run(isOver))));
            all.add(threads.submit(done(() -> mischief.run(isOver))));
            for (int i = 0; i < CLIENTS; i++) {
                UnixHttp http = place.http();
                SoakClient client = new SoakClient(http, cloud.accounts(), judge, books, seeds.nextLong());
                all.add(threads.submit(done(() -> client.run(isOver))));
            }
            for (Future<?> each : all) {
                each.get();
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

    /** All faults have ended: everybody must be served again, without anyone's help. */
    private void awaitRecovery() throws InterruptedException {
        long end = System.nanoTime() + RECOVERY.toNanos();
        while (!invalid().isEmpty()) {
            if (System.nanoTime() > end) {
                books.wrong("not well again " + RECOVERY.toSeconds() + " s after the last fault: " + invalid());
                return;
            }
            Thread.sleep(100);
        }
    }

    private List<String> invalid() {
        List<String> invalid = new ArrayList<>();
        try {
            place.http().get("/v1/accounts").json().path("accounts").forEach(account -> {
                String state = account.path("state").asString("");
                if (!state.equals("valid") && !state.equals("refreshing")) {
                    invalid.add(account.path("name").asString("") + " is " + state);
                }
            });
        } catch (IOException e) {
            invalid.add(e.toString());
        }
        return invalid;
    }

    private Figures figures(IamMischief iam, MachineMischief mischief, Duration took) {
        long needless = cloud.emulator().count(GrantKind.PASSWORD)
                - cloud.count(Kind.PASSWORD)
                + cloud.emulator().count(GrantKind.PASSCODE)
                - cloud.count(Kind.PASSCODE);
        return new Figures(
                seed,
                length,
                books.faults(),
                books.requests(),
                books.byStatus(),
                books.wrongAnswers(),
                books.expiredTokens(),
                needless,
                cloud.emulator().requests().size(),
                plan(iam, mischief, took),
                books.complaints());
    }

    /**
     * The schedule: every token at 0.45 of its life at the earliest, once more after each step of the clock and each crash that lost what
     * was cached; and while IAM fails, a retry of each token every two seconds, more than its back-off comes to on average.
     */
    private long plan(IamMischief iam, MachineMischief mischief, Duration took) {
        double earliest = 0.45 * SoakCloud.LIFE.toMillis();
        double rounds = 1 + took.toMillis() / earliest + mischief.steps() + mischief.losses();
        long callsOfARound =
                cloud.accounts().stream().mapToLong(SoakAccount::callsForBoth).sum();
        double retries = RETRIES_PER_SECOND
                * iam.troubled().toSeconds()
                * cloud.accounts().size()
                * TOKENS;
        return (long) (rounds * callsOfARound + retries);
    }
}

package dev.iambroker.it.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** What goes wrong on the broker's own machine, one thing after another with breaks between. Confined to a thread. */
final class MachineMischief {
    private static final int LONGEST_BREAK_MILLIS = 6_000;
    private static final int LONGEST_FREEZE_MILLIS = 6_000;
    private static final int LONGEST_FULL_MILLIS = 6_000;
    private static final List<Duration> OFFSETS =
            List.of(Duration.ZERO, Duration.ofHours(-2), Duration.ofHours(3), Duration.ofMinutes(-1));

    private final Machine machine;
    private final World world;
    private final Books books;
    private final Random random;
    private final AtomicInteger steps = new AtomicInteger();
    private final AtomicInteger losses = new AtomicInteger();
    private Duration offset = Duration.ZERO;
    private boolean isDiskBehind;

    MachineMischief(Machine machine, World world, Books books, long seed) {
        this.machine = machine;
        this.world = world;
        this.books = books;
        this.random = new Random(seed);
    }

    void run(BooleanSupplier isOver) throws Exception {
        while (!isOver.getAsBoolean()) {
            switch (random.nextInt(5)) {
                case 0 -> stepClock();
                case 1 -> freeze();
                case 2 -> killAndStart();
                case 3 -> reload();
                default -> fillDisk();
            }
            TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_BREAK_MILLIS));
        }
    }

    int steps() {
        return steps.get();
    }

    /** Crashes that took away what was cached and could not be saved. */
    int losses() {
        return losses.get();
    }

    /** What was handed out under the other clock is over by this one, or no longer known to be good. */
    private void stepClock() throws Exception {
        Duration next = OFFSETS.get(random.nextInt(OFFSETS.size()));
        if (next.equals(offset)) {
            return;
        }
        books.suffered("clock stepped");
        steps.incrementAndGet();
        offset = next;
        world.forget();
        machine.clockOffset(next);
        // The library looks at its file at the next reading of the clock; tokens handed out before that count for
        // nothing either.
        TimeUnit.MILLISECONDS.sleep(200);
        world.forget();
    }

    private void freeze() throws Exception {
        books.suffered("stopped and continued");
        world.disturb();
        machine.freeze();
        try {
            TimeUnit.MILLISECONDS.sleep(200 + random.nextInt(LONGEST_FREEZE_MILLIS));
        } finally {
            machine.thaw();
            TimeUnit.MILLISECONDS.sleep(500);
            world.calm();
        }
    }

    private void killAndStart() throws Exception {
        books.suffered("killed and started");
        world.disturb();
        machine.kill();
        if (isDiskBehind) {
            isDiskBehind = false;
            losses.incrementAndGet();
            world.forget();
        }
        machine.startAgain();
        world.calm();
    }

    /** An unchanged configuration: nobody notices. */
    private void reload() throws IOException, InterruptedException {
        books.suffered("told to reload");
        machine.hangUp();
    }

    /** Now and then the broker is killed while it cannot write. */
    private void fillDisk() throws Exception {
        books.suffered("disk full");
        Path filling = machine.fillDisk();
        isDiskBehind = true;
        boolean isKilled = false;
        try {
            TimeUnit.MILLISECONDS.sleep(500 + random.nextInt(LONGEST_FULL_MILLIS));
            if (random.nextInt(3) == 0) {
                world.disturb();
                machine.kill();
                world.forget();
                isKilled = true;
            }
        } finally {
            Files.delete(filling);
        }
        if (!isKilled && !machine.daemon().isAlive()) {
            books.wrong("the daemon ended by itself: " + machine.daemon().log());
        }
        if (isKilled) {
            books.suffered("killed while the disk was full");
            losses.incrementAndGet();
            machine.startAgain();
            world.calm();
        }
    }
}

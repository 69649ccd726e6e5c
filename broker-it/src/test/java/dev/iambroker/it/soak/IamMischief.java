package dev.iambroker.it.soak;

import dev.iambroker.emulator.Emulator;
import dev.iambroker.emulator.fault.ActiveFault;
import dev.iambroker.emulator.fault.Fault;
import dev.iambroker.emulator.fault.Misbehaviour;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;

/** What goes wrong at IAM, one thing after another with breaks between. Confined to a thread; the time it took may be read by any. */
final class IamMischief {
    private static final int LONGEST_FAULT_MILLIS = 6_000;
    private static final int LONGEST_BREAK_MILLIS = 8_000;
    private static final Duration SLOW = Duration.ofMillis(700);
    private static final List<Misbehaviour> LIES = List.of(
            Misbehaviour.ERROR_500,
            Misbehaviour.ERROR_503,
            Misbehaviour.THROTTLE_429_SECONDS,
            Misbehaviour.THROTTLE_429_BARE,
            Misbehaviour.HANG_AFTER_ACCEPT,
            Misbehaviour.RESET,
            Misbehaviour.CLOSE_BEFORE_ANSWER,
            Misbehaviour.CUT_OFF_BODY,
            Misbehaviour.STALL_BODY,
            Misbehaviour.SLOW_BODY,
            Misbehaviour.HTML_502,
            Misbehaviour.EMPTY_200,
            Misbehaviour.INVALID_JSON);

    private final Emulator emulator;
    private final Books books;
    private final Random random;
    private final LongAdder troubledMillis = new LongAdder();

    IamMischief(Emulator emulator, Books books, long seed) {
        this.emulator = emulator;
        this.books = books;
        this.random = new Random(seed);
    }

    void run(BooleanSupplier isOver) throws InterruptedException {
        while (!isOver.getAsBoolean()) {
            int millis = 500 + random.nextInt(LONGEST_FAULT_MILLIS);
            switch (random.nextInt(6)) {
                case 0 -> stopFor(millis);
                case 1 -> slowFor(millis);
                default -> lieFor(millis);
            }
            troubledMillis.add(millis);
            TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_BREAK_MILLIS));
        }
    }

    Duration troubled() {
        return Duration.ofMillis(troubledMillis.sum());
    }

    private void stopFor(int millis) throws InterruptedException {
        books.suffered("IAM stopped");
        emulator.stop();
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } finally {
            emulator.start();
        }
    }

    private void slowFor(int millis) throws InterruptedException {
        books.suffered("IAM slow");
        emulator.settings().latency(SLOW);
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } finally {
            emulator.settings().latency(Duration.ZERO);
        }
    }

    private void lieFor(int millis) throws InterruptedException {
        Misbehaviour lie = LIES.get(random.nextInt(LIES.size()));
        books.suffered("IAM " + lie);
        try (ActiveFault active = emulator.misbehave(Fault.of(lie))) {
            TimeUnit.MILLISECONDS.sleep(millis);
            books.hit(active.hits());
        }
    }
}

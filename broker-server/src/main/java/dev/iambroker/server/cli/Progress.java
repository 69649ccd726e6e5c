package dev.iambroker.server.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * One line on the terminal while something takes longer than a second, gone when it is over.
 */
final class Progress {
    private static final String LINE_AGAIN = "\r\u001b[K";

    private final Surroundings around;
    private final String what;
    private final CountDownLatch done = new CountDownLatch(1);
    private boolean isOver;
    private boolean isShown;

    private Progress(Surroundings around, String what) {
        this.around = around;
        this.what = what;
    }

    /** Says nothing where stderr is no terminal, or one that cannot take a line back. */
    static <T> T during(Surroundings around, String what, Supplier<T> work) {
        var isUsable = around.errTerminal()
                && !around.environment().getOrDefault("TERM", "").equals("dumb");
        if (!isUsable) {
            return work.get();
        }
        var progress = new Progress(around, what);
        Thread.ofPlatform().name("progress").daemon().start(progress::run);
        try {
            return work.get();
        } finally {
            progress.done.countDown();
            progress.erase();
        }
    }

    private void run() {
        try {
            for (var seconds = 1; !done.await(1, TimeUnit.SECONDS); seconds++) {
                show(what + ", " + seconds + " s");
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void show(String line) {
        if (!isOver) {
            isShown = true;
            around.err().print(LINE_AGAIN + line);
            around.err().flush();
        }
    }

    private synchronized void erase() {
        isOver = true;
        if (isShown) {
            around.err().print(LINE_AGAIN);
            around.err().flush();
        }
    }
}

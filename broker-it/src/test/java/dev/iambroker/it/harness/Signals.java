package dev.iambroker.it.harness;

import java.io.IOException;

/** Signals that Java does not know. */
final class Signals {
    private Signals() {}

    /** Sends a signal by its name, such as {@code STOP}. */
    static void send(String name, long pid) throws IOException, InterruptedException {
        Ran ran = Program.shell("kill -s " + name + " " + pid).run();
        if (ran.exitCode() != 0) {
            throw new AssertionError("kill -s " + name + ": " + ran.all());
        }
    }
}

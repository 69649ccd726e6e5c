package dev.iambroker.server.cli;

import dev.iambroker.server.os.Descriptors;
import dev.iambroker.server.os.Signals;

/** What ends a command that goes on until somebody has had enough of it. */
public interface Endings {
    /** SIGINT and SIGTERM are the way to end it, not a failure. */
    void bySignal();

    /** So is that nobody reads its output any more, which else it would notice at the next line only. */
    void byClosedOutput();

    /** Of a process that its maker ends. */
    static Endings none() {
        return new Endings() {
            @Override
            public void bySignal() {}

            @Override
            public void byClosedOutput() {}
        };
    }

    /** End this process with success. */
    static Endings ofProcess() {
        return new Endings() {
            @Override
            public void bySignal() {
                Signals.INT.runs(Endings::end);
                Signals.TERM.runs(Endings::end);
            }

            @Override
            public void byClosedOutput() {
                Thread.ofPlatform().daemon().name("closed-output").start(() -> {
                    if (Descriptors.awaitClosed(Descriptors.STDOUT)) {
                        end();
                    }
                });
            }
        };
    }

    private static void end() {
        System.exit(ExitCode.DONE.number());
    }
}

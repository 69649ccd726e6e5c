package dev.iambroker.it.harness;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Every process that was started here, so that none outlives a test run that is cut short. */
final class Children {
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
    }

    private Children() {}

    static Process adopted(Process process) {
        RUNNING.add(process);
        return process;
    }

    /** Ends it if it still runs, and waits until it is gone. */
    static void kill(Process process) {
        process.destroyForcibly().onExit().join();
        RUNNING.remove(process);
    }
}

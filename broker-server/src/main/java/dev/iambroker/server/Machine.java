package dev.iambroker.server;

import dev.iambroker.server.store.FileOps;
import dev.iambroker.token.Time;
import java.security.SecureRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;

/**
 * What a daemon runs on: clocks, alarm, threads, chance, disk. The one place where they are made; a test makes its own.
 *
 * @param workers runs flights and blocking requests, without a bound: virtual threads
 * @param callbacks runs the HTTP client's own work; apart, so that flights can end while nothing new begins
 * @param random spreads renewals; nothing secret comes from it
 */
record Machine(
        Time time,
        WakeUp wakeUp,
        ExecutorService workers,
        ExecutorService callbacks,
        RandomGenerator random,
        FileOps files) {
    static Machine real() {
        return new Machine(
                new SystemTime(),
                new AlarmThread(),
                Executors.newVirtualThreadPerTaskExecutor(),
                Executors.newVirtualThreadPerTaskExecutor(),
                new SecureRandom(),
                FileOps.posix());
    }
}

package dev.iambroker.it.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;

/** What the kernel counts of a process. */
record ProcessFigures(long pid) {
    private static final double KIB_OF_A_MIB = 1024;

    /** Resident memory, shared pages included, in KiB. */
    long residentKib() throws IOException {
        return Files.readString(Path.of("/proc/" + pid + "/status"))
                .lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
    }

    double residentMib() throws IOException {
        return residentKib() / KIB_OF_A_MIB;
    }

    /** CPU time of its living threads: to the nanosecond, where /proc/PID/stat counts hundredths of a second. */
    Duration cpu() throws IOException {
        long nanos = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
            for (Path thread : threads) {
                nanos += nanosOf(thread);
            }
        }
        return Duration.ofNanos(nanos);
    }

    private static long nanosOf(Path thread) throws IOException {
        try {
            String[] words = Files.readString(thread.resolve("schedstat")).split(" ", -1);
            return Long.parseLong(words[0]);
        } catch (NoSuchFileException ended) {
            return 0;
        }
    }
}

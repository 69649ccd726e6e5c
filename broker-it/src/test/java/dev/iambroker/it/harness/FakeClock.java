package dev.iambroker.it.harness;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/** The wall clock of a daemon, which can be stepped while it runs; its monotonic clock goes on. By libfaketime. */
public final class FakeClock implements AutoCloseable {
    private static final String LIBRARY = "faketime/libfaketimeMT.so.1";
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    private final Path library;
    private final Path file;

    private FakeClock(Path library, Path file) {
        this.library = library;
        this.file = file;
    }

    /** The test is skipped where the library is not there. */
    public static FakeClock in(Workplace place) throws IOException {
        Path library = find();
        if (library == null) {
            throw new TestAbortedException("no " + LIBRARY + " below /usr/lib: install faketime");
        }
        FakeClock clock = new FakeClock(library, place.directory().resolve("clock"));
        clock.offset(Duration.ZERO);
        return clock;
    }

    private static @Nullable Path find() throws IOException {
        for (Path directory : List.of(Path.of("/usr/lib"), Path.of("/usr/lib64"))) {
            if (!Files.isDirectory(directory)) {
                continue;
            }
            try (DirectoryStream<Path> architectures = Files.newDirectoryStream(directory)) {
                for (Path architecture : architectures) {
                    Path library = architecture.resolve(LIBRARY);
                    if (Files.exists(library)) {
                        return library;
                    }
                }
            }
        }
        return null;
    }

    /** Lets that program see this clock. */
    public Program seenBy(Program program) {
        return program.env("LD_PRELOAD", library)
                .env("FAKETIME_TIMESTAMP_FILE", file)
                .env("FAKETIME_NO_CACHE", "1")
                // Else waits on the monotonic clock end at once with this glibc, and the JVM spins.
                .env("FAKETIME_FORCE_MONOTONIC_FIX", "0")
                .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
                .env("DONT_FAKE_MONOTONIC", "1");
    }

    /** From now on the wall clock is that far from the machine's. In one piece: the library reads the file at any moment. */
    public void offset(Duration offset) throws IOException {
        Path next = Files.writeString(file.resolveSibling("clock.next"), "%+d\n".formatted(offset.toSeconds()));
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** A process that was killed leaves the library's shared memory behind: removes that of processes that are gone. */
    @Override
    public void close() throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(SHARED_MEMORY, "*faketime_s*_*")) {
            for (Path each : left) {
                String name = each.getFileName().toString();
                String pid = name.substring(name.lastIndexOf('_') + 1);
                if (!Files.exists(Path.of("/proc", pid))) {
                    Files.deleteIfExists(each);
                }
            }
        }
    }
}

package dev.iambroker.server.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The real file system behind a disk that can fail, a machine that can stop between two operations, and a cache that
 * power loss empties: what was not synced is then lost, in part or whole, as POSIX permits. Thread-safe.
 */
public final class FaultyFileOps implements FileOps {
    /** Between which operations the world can stop, or a disk fail. */
    public enum CrashPoint {
        BEFORE_TEMP,
        AFTER_TEMP_CREATED,
        AFTER_TEMP_WRITTEN,
        AFTER_TEMP_SYNCED,
        AFTER_RENAME,
        AFTER_DIRECTORY_SYNC
    }

    /** The process ended here. Not an IOException: nothing may catch it and go on. */
    public static final class Crash extends RuntimeException {
        public Crash(String message) {
            super(message);
        }
    }

    /** Called at every point with the file; throws to fail or crash there. */
    @FunctionalInterface
    public interface Trap {
        void at(CrashPoint point, Path file) throws IOException;
    }

    private final FileOps real = FileOps.posix();
    private final Trap trap;

    @GuardedBy("this")
    private final List<String> record = new ArrayList<>();

    @GuardedBy("this")
    private final Set<Path> unsynced = new HashSet<>();

    /** What a name held before a rename that its directory does not know yet. */
    @GuardedBy("this")
    private final Map<Path, Renamed> unsyncedNames = new HashMap<>();

    @GuardedBy("this")
    private boolean isDead;

    private record Renamed(
            @SuppressWarnings("ArrayRecordComponent") byte @Nullable [] before, Path directory) {}

    public FaultyFileOps(Trap trap) {
        this.trap = trap;
    }

    /** Ends the process: every later operation crashes too, so that no clean-up happens that a real end would not do. */
    public static Trap crashAt(CrashPoint point, String nameEnd) {
        return (reached, file) -> {
            if (reached == point && file.toString().endsWith(nameEnd)) {
                throw new Crash("at " + point);
            }
        };
    }

    /** The operations so far, {@code verb name}, in order. */
    public synchronized List<String> record() {
        return List.copyOf(record);
    }

    /** Loses at random what was not synced, as a power cut does. Call it after a crash, before the store is opened anew. */
    public synchronized void losePower(Random random) throws IOException {
        for (Map.Entry<Path, Renamed> name : unsyncedNames.entrySet()) {
            if (random.nextBoolean()) {
                restore(name.getKey(), name.getValue().before());
                unsynced.remove(name.getKey());
            }
        }
        for (Path file : unsynced) {
            tear(file, random);
        }
    }

    private static void restore(Path file, byte @Nullable [] before) throws IOException {
        if (before == null) {
            Files.deleteIfExists(file);
        } else {
            Files.write(file, before);
        }
    }

    private static void tear(Path file, Random random) throws IOException {
        if (Files.exists(file)) {
            byte[] content = Files.readAllBytes(file);
            Files.write(file, Arrays.copyOf(content, random.nextInt(content.length + 1)));
        }
    }

    @Override
    public synchronized byte[] read(Path file) throws IOException {
        refuseWhenDead();
        return real.read(file);
    }

    @Override
    public FileIdentity identity(Path file) throws IOException {
        refuseWhenDead();
        return real.identity(file);
    }

    @Override
    public synchronized NewFile create(Path file) throws IOException {
        reach(CrashPoint.BEFORE_TEMP, file);
        NewFile created = real.create(file);
        note("create", file);
        unsynced.add(file);
        try {
            reach(CrashPoint.AFTER_TEMP_CREATED, file);
        } catch (IOException | RuntimeException e) {
            created.close();
            throw e;
        }
        return new Watched(file, created);
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        refuseWhenDead();
        byte[] before = Files.exists(to) ? Files.readAllBytes(to) : null;
        real.rename(from, to);
        note("rename", to);
        if (unsynced.remove(from)) {
            unsynced.add(to);
        }
        unsyncedNames.put(to, new Renamed(before, directoryOf(to)));
        reach(CrashPoint.AFTER_RENAME, to);
    }

    @Override
    public synchronized void delete(Path file) throws IOException {
        refuseWhenDead();
        real.delete(file);
        note("delete", file);
        unsynced.remove(file);
    }

    @Override
    public synchronized void syncDirectory(Path directory) throws IOException {
        refuseWhenDead();
        real.syncDirectory(directory);
        note("syncDirectory", directory);
        unsyncedNames.values().removeIf(renamed -> renamed.directory().equals(directory));
        reach(CrashPoint.AFTER_DIRECTORY_SYNC, directory);
    }

    private static Path directoryOf(Path file) {
        return Objects.requireNonNull(file.getParent());
    }

    private synchronized void wrote(Path file) throws IOException {
        note("write", file);
        reach(CrashPoint.AFTER_TEMP_WRITTEN, file);
    }

    private synchronized void synced(Path file) throws IOException {
        note("sync", file);
        unsynced.remove(file);
        reach(CrashPoint.AFTER_TEMP_SYNCED, file);
    }

    @GuardedBy("this")
    private void note(String verb, Path file) {
        String name = String.valueOf(file.getFileName());
        record.add(verb + " " + (name.startsWith(".tmp-") ? "temp" : name));
    }

    @GuardedBy("this")
    private void reach(CrashPoint point, Path file) throws IOException {
        refuseWhenDead();
        try {
            trap.at(point, file);
        } catch (Crash e) {
            isDead = true;
            throw e;
        }
    }

    private synchronized void refuseWhenDead() {
        if (isDead) {
            throw new Crash("before");
        }
    }

    private final class Watched implements NewFile {
        private final Path file;
        private final NewFile created;

        Watched(Path file, NewFile created) {
            this.file = file;
            this.created = created;
        }

        @Override
        public FileIdentity identity() throws IOException {
            refuseWhenDead();
            return created.identity();
        }

        @Override
        public void write(byte[] content) throws IOException {
            refuseWhenDead();
            created.write(content);
            wrote(file);
        }

        @Override
        public void sync() throws IOException {
            refuseWhenDead();
            created.sync();
            synced(file);
        }

        @Override
        public void close() throws IOException {
            created.close();
        }
    }
}

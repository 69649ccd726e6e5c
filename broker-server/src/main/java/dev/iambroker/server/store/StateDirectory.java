package dev.iambroker.server.store;

import dev.iambroker.store.StoreFailure;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The directory that holds all state: 0700, locked, every change whole and on disk or not made at all. */
final class StateDirectory implements AutoCloseable {
    /** No alias begins with a dot, so no file of ours is ever mistaken for a leftover. */
    private static final String TEMP_PREFIX = ".tmp-";

    private static final int ROOT = 0;
    private static final int TEMP_RANDOM_BYTES = 8;
    private static final Set<PosixFilePermission> OWNER_ALL = PosixFilePermissions.fromString("rwx------");
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(OWNER_ALL);
    private static final Logger log = LoggerFactory.getLogger(StateDirectory.class);

    private final Path root;
    private final FileOps ops;
    private final SecureRandom random;
    private final DirectoryLock lock;

    private StateDirectory(Path root, FileOps ops, SecureRandom random, DirectoryLock lock) {
        this.root = root;
        this.ops = ops;
        this.random = random;
        this.lock = lock;
    }

    /** Makes what is missing, refuses what others can enter, takes the lock, clears what a crash left. */
    static StateDirectory open(Path root, FileOps ops, SecureRandom random) {
        DirectoryLock lock;
        try {
            makePrivate(root);
            lock = DirectoryLock.acquire(root);
        } catch (IOException e) {
            throw cannot("use state directory", root, e);
        }
        var directory = new StateDirectory(root, ops, random, lock);
        try {
            directory.prepare();
            return directory;
        } catch (IOException e) {
            directory.closeAfter(e);
            throw cannot("use state directory", root, e);
        } catch (RuntimeException e) {
            directory.closeAfter(e);
            throw e;
        }
    }

    private static void makePrivate(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory, OWNER_ONLY);
        }
        demandOwn(directory);
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
        if (!OWNER_ALL.containsAll(permissions)) {
            throw new StoreFailure("state directory " + directory + " can be entered by others ("
                    + PosixFilePermissions.toString(permissions) + "): run 'chmod 700 " + directory + "'");
        }
    }

    /** Whoever owns it opens it to themselves, whatever its mode is. */
    private static void demandOwn(Path directory) throws IOException {
        int owner = (int) Files.getAttribute(directory, "unix:uid");
        int self = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        if (owner != ROOT && owner != self) {
            throw new StoreFailure("state directory " + directory + " belongs to another user (uid " + owner
                    + ") than the daemon's (uid " + self + ") or root: run 'chown -R " + self + " " + directory + "'");
        }
    }

    private void prepare() throws IOException {
        makePrivate(sessions());
        ops.syncDirectory(root);
        removeLeftovers(root);
        removeLeftovers(sessions());
    }

    private void removeLeftovers(Path directory) throws IOException {
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(directory, TEMP_PREFIX + "*")) {
            for (Path leftover : leftovers) {
                log.info("removing {}, left by a write that did not end", leftover);
                ops.delete(leftover);
            }
        }
    }

    Path root() {
        return root;
    }

    Path sessions() {
        return root.resolve("sessions");
    }

    boolean holdsSessions() {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(sessions(), "*" + EncryptedFileStore.SUFFIX)) {
            return found.iterator().hasNext();
        } catch (IOException e) {
            throw cannot("read", sessions(), e);
        }
    }

    /** The content of a file directly in this directory or in {@link #sessions()}, null where there is none. */
    byte @Nullable [] read(Path file) {
        if (Files.notExists(file)) {
            return null;
        }
        try {
            return ops.read(file);
        } catch (IOException e) {
            throw cannot("read", file, e);
        }
    }

    /** A content that says which file it is in. */
    @FunctionalInterface
    interface Content {
        byte[] in(FileIdentity file);
    }

    void replace(Path directory, String name, byte[] content) {
        replace(directory, name, file -> content);
    }

    FileIdentity identity(Path file) {
        try {
            return ops.identity(file);
        } catch (IOException e) {
            throw cannot("read", file, e);
        }
    }

    /** Puts {@code content} at {@code directory/name}. When this throws, what was there before or the new one is there, whole. */
    void replace(Path directory, String name, Content content) {
        Path target = directory.resolve(name);
        try {
            Path temp = directory.resolve(tempName());
            moveIntoPlace(temp, target, content);
            ops.syncDirectory(directory);
        } catch (IOException e) {
            throw cannot("write", target, e);
        }
    }

    private void moveIntoPlace(Path temp, Path target, Content content) throws IOException {
        try {
            writeSynced(temp, content);
            ops.rename(temp, target);
        } catch (IOException | RuntimeException e) {
            discard(temp, e);
            throw e;
        }
    }

    private void writeSynced(Path temp, Content content) throws IOException {
        try (FileOps.NewFile file = ops.create(temp)) {
            file.write(content.in(file.identity()));
            file.sync();
        }
    }

    private void discard(Path temp, Exception reason) {
        try {
            ops.delete(temp);
        } catch (IOException | RuntimeException e) {
            reason.addSuppressed(e);
        }
    }

    private String tempName() {
        byte[] bytes = new byte[TEMP_RANDOM_BYTES];
        random.nextBytes(bytes);
        return TEMP_PREFIX + HexFormat.of().formatHex(bytes);
    }

    /** Renames a damaged file so that it is kept and no longer in the way. Its new name. */
    Path setAside(Path directory, String name) {
        Path damaged = directory.resolve(name);
        Path aside = freeName(directory, name + ".damaged-");
        try {
            ops.rename(damaged, aside);
            ops.syncDirectory(directory);
            return aside;
        } catch (IOException e) {
            throw cannot("set aside", damaged, e);
        }
    }

    private static Path freeName(Path directory, String prefix) {
        int n = 1;
        while (Files.exists(directory.resolve(prefix + n))) {
            n++;
        }
        return directory.resolve(prefix + n);
    }

    void remove(Path directory, String name) {
        Path file = directory.resolve(name);
        try {
            ops.delete(file);
            ops.syncDirectory(directory);
        } catch (IOException e) {
            throw cannot("remove", file, e);
        }
    }

    static StoreFailure cannot(String what, Path file, IOException cause) {
        return new StoreFailure(
                "cannot " + what + " " + file + " (" + reasonOf(cause)
                        + "): check the space, mode and owner of the state directory and its disk",
                cause);
    }

    private static String reasonOf(IOException cause) {
        String reason = cause instanceof FileSystemException failure ? failure.getReason() : cause.getMessage();
        return reason == null ? cause.getClass().getSimpleName() : reason;
    }

    private void closeAfter(Exception reason) {
        try {
            lock.close();
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    /** Gives up the lock. */
    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw cannot("unlock", root, e);
        }
    }
}

package dev.iambroker.server.sink;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.iambroker.server.config.SinkConfig;
import dev.iambroker.server.store.FileOps;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * The file of a sink. Whoever reads it finds the one content or the next, whole, with its mode and owner; or no file. It
 * is never written through a link, nor where others could put another file in its place. Not thread-safe.
 */
final class SinkFile {
    private static final int RANDOM_BYTES = 8;
    private static final int LARGEST = 256 * 1024;
    private static final int ROOT = 0;

    private final SinkConfig config;
    private final Path path;
    private final Path directory;
    private final int self;
    private final FileOps ops;
    private final RandomGenerator random;

    /**
     * @param self the user of this process
     * @param random names files that are being written
     */
    SinkFile(SinkConfig config, int self, FileOps ops, RandomGenerator random) {
        this.config = config;
        this.path = config.path();
        this.directory = Objects.requireNonNull(path.getParent(), "the root directory is no file");
        this.self = self;
        this.ops = ops;
        this.random = random;
    }

    /** Removes what a write that did not end has left. */
    void clear() {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(directory, this::isLeftover)) {
            for (Path leftover : left) {
                ops.delete(leftover);
            }
        } catch (IOException | DirectoryIteratorException e) {
            // Of a directory that cannot be read the next write tells more.
        }
    }

    private boolean isLeftover(Path file) throws IOException {
        Facts facts = String.valueOf(file.getFileName()).startsWith(temporaryPrefix()) ? Facts.of(file) : null;
        return facts != null && facts.isRegular();
    }

    private String temporaryPrefix() {
        return "." + path.getFileName() + ".iam-broker-";
    }

    /**
     * Puts {@code content} there. When this throws, what was there before is there, or the new content, whole.
     *
     * @return false where all was there already
     */
    boolean put(byte[] content) throws SinkFailure {
        try {
            demandSafeDirectory();
            if (isThere(content)) {
                return false;
            }
            replace(content);
            return true;
        } catch (IOException e) {
            throw SinkFailure.of("cannot write " + path, e);
        }
    }

    private void demandSafeDirectory() throws IOException, SinkFailure {
        Path real = realDirectory();
        Facts facts = Facts.of(real);
        if (facts == null || !facts.isDirectory()) {
            throw new SinkFailure(directory + " is no directory: make it, or name another path");
        }
        if (facts.uid() != ROOT && facts.uid() != self) {
            throw new SinkFailure(
                    directory + " belongs to uid " + facts.uid() + ", who could put another file in place of "
                            + path.getFileName() + " (expected a directory of root or of uid " + self + ")");
        }
        if (facts.isWritableByOthers() && !facts.isSticky()) {
            throw new SinkFailure(directory + " is writable by others, mode 0"
                    + Integer.toOctalString(facts.permissions())
                    + ": run 'chmod go-w " + directory + "', or name a directory below it");
        }
    }

    /** The last of the directories is made where it is missing, as in a volume that is empty at first. */
    private Path realDirectory() throws IOException {
        if (Files.notExists(directory)) {
            try {
                Files.createDirectory(directory);
                Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
            } catch (FileAlreadyExistsException e) {
                // Another sink was quicker.
            }
        }
        return directory.toRealPath();
    }

    private boolean isThere(byte[] content) throws IOException, SinkFailure {
        Facts facts = Facts.of(path);
        if (facts == null) {
            return false;
        }
        byte[] found = read(facts);
        try {
            if (!Rendering.isLike(config.format(), found)) {
                throw notOurs();
            }
            return MessageDigest.isEqual(found, content)
                    && facts.permissions() == config.mode().bits()
                    && facts.uid() == (config.uid() == null ? self : config.uid())
                    && (config.gid() == null || facts.gid() == config.gid());
        } finally {
            Arrays.fill(found, (byte) 0);
        }
    }

    private SinkFailure notOurs() {
        return new SinkFailure(
                path + " is there and was not written by a sink of this format: move it away, or name another path");
    }

    private byte[] read(Facts facts) throws IOException, SinkFailure {
        if (!facts.isRegular()) {
            throw new SinkFailure(
                    path + " is there and is no regular file, perhaps a link: remove it, or name another path");
        }
        if (facts.size() > LARGEST || isOfStrangerInSharedDirectory(facts)) {
            throw notOurs();
        }
        try {
            return ops.read(path);
        } catch (AccessDeniedException e) {
            if (config.uid() != null && facts.uid() == config.uid()) {
                // Given away before, by a process that may do that and may not read it afterwards.
                return new byte[0];
            }
            throw e;
        }
    }

    /** Its owner could put a pipe or a file without end in its place between the look at it and the reading. */
    private boolean isOfStrangerInSharedDirectory(Facts facts) throws IOException {
        int uid = facts.uid();
        boolean isStranger = uid != self && uid != ROOT && (config.uid() == null || uid != config.uid());
        Facts shared = isStranger ? Facts.of(directory.toRealPath()) : null;
        return shared != null && shared.isWritableByOthers();
    }

    private void replace(byte[] content) throws IOException {
        byte[] name = new byte[RANDOM_BYTES];
        random.nextBytes(name);
        Path temporary = directory.resolve(temporaryPrefix() + HexFormat.of().formatHex(name));
        try {
            write(temporary, content);
            ops.rename(temporary, path);
        } catch (IOException | RuntimeException e) {
            discard(temporary, e);
            throw e;
        }
        ops.syncDirectory(directory);
    }

    private void write(Path temporary, byte[] content) throws IOException {
        try (FileOps.NewFile file = ops.create(temporary)) {
            // While it is empty: nobody gets to read for a moment what is not for them.
            giveAway(temporary);
            file.write(content);
            file.sync();
        }
    }

    /** The owner last: after that the mode is no longer this process's to change. */
    private void giveAway(Path temporary) throws IOException {
        // A directory may have given it already, which a process without the right to do so cannot.
        Facts made = Facts.of(temporary);
        if (config.gid() != null && (made == null || made.gid() != config.gid())) {
            Files.setAttribute(temporary, "unix:gid", config.gid(), NOFOLLOW_LINKS);
        }
        Files.getFileAttributeView(temporary, PosixFileAttributeView.class, NOFOLLOW_LINKS)
                .setPermissions(config.mode().permissions());
        if (config.uid() != null && config.uid() != self) {
            Files.setAttribute(temporary, "unix:uid", config.uid(), NOFOLLOW_LINKS);
        }
    }

    private void discard(Path temporary, Exception reason) {
        try {
            ops.delete(temporary);
        } catch (IOException | RuntimeException e) {
            reason.addSuppressed(e);
        }
    }

    boolean exists() {
        return Files.exists(path, NOFOLLOW_LINKS);
    }

    /** @return false where none was there */
    boolean remove() throws SinkFailure {
        try {
            Facts facts = Facts.of(path);
            if (facts == null) {
                return false;
            }
            byte[] found = read(facts);
            boolean mayGo = Rendering.isLike(config.format(), found);
            Arrays.fill(found, (byte) 0);
            if (!mayGo) {
                throw notOurs();
            }
            ops.delete(path);
            ops.syncDirectory(directory);
            return true;
        } catch (IOException e) {
            throw SinkFailure.of("cannot remove " + path, e);
        }
    }
}

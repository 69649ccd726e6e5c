package dev.iambroker.server.telemetry;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.iambroker.server.telemetry.AuditLine.Gap;
import dev.iambroker.server.telemetry.AuditLine.Place;
import dev.iambroker.store.AuditVault;
import dev.iambroker.store.StoreFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of the audit log and the end of its chain. The file first, then its sync, then the head: a head never counts a
 * record that a loss of power may take. The writer's alone, but for {@link #written}.
 */
final class AuditFile implements AutoCloseable {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private static final Logger log = LoggerFactory.getLogger(AuditFile.class);

    private final Path path;
    private final AuditVault vault;
    private final Opener opener;
    private FileChannel channel;

    /** Which file is open, whatever its name is by now. */
    private @Nullable Object identity;

    private volatile Written written = new Written(AuditHead.EMPTY, Gap.NONE);

    /** Whether something was written after the head that is kept. */
    private boolean isAhead;

    /** Whether the keyring is to know how far the log is, too. */
    private boolean isMarkDue = true;

    /** How a file is opened: a test's own can fail. */
    @FunctionalInterface
    interface Opener {
        FileChannel open(Path path) throws IOException;
    }

    /**
     * How far the log is written.
     *
     * @param gap what the next record has to say of what was before it
     */
    record Written(AuditHead head, Gap gap) {}

    private static final class NoFile extends IOException {
        private static final long serialVersionUID = 1L;

        NoFile(Path path) {
            super("the audit log " + path + " is no regular file: move away what is there, or name another audit.file");
        }
    }

    private AuditFile(Path path, AuditVault vault, Opener opener, FileChannel channel) {
        this.path = path;
        this.vault = vault;
        this.opener = opener;
        this.channel = channel;
    }

    static AuditFile open(Path path, AuditVault vault) {
        return open(path, vault, AuditFile::openChannel);
    }

    static AuditFile open(Path path, AuditVault vault, Opener opener) {
        try {
            AuditFile file = new AuditFile(path, vault, opener, opener.open(path));
            try {
                file.continueChain();
                return file;
            } catch (IOException | RuntimeException e) {
                file.channel.close();
                throw e;
            }
        } catch (NoFile e) {
            throw new StoreFailure(String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new StoreFailure(
                    "cannot open the audit log " + path + " (" + e.getClass().getSimpleName()
                            + "): check audit.file, its directory and their mode and owner",
                    e);
        }
    }

    private static FileChannel openChannel(Path path) throws IOException {
        demandFile(path);
        return FileChannel.open(path, Set.of(CREATE, READ, WRITE, NOFOLLOW_LINKS), OWNER_ONLY);
    }

    /** What is written into anything else is gone, and what opens a pipe to read waits for ever. */
    private static void demandFile(Path path) throws IOException {
        if (Files.exists(path, NOFOLLOW_LINKS) && !Files.isRegularFile(path, NOFOLLOW_LINKS)) {
            throw new NoFile(path);
        }
    }

    private void continueChain() throws IOException {
        identify();
        AuditContinuation.Point point = AuditContinuation.of(path, channel, vault);
        setTornAside(point.last().end());
        written = new Written(point.last(), point.gap());
        isAhead = !point.last().isSameAs(point.kept());
        keepHead();
    }

    private void identify() throws IOException {
        demandFile(path);
        // Not by the path alone: a link that was put there meanwhile would choose the file.
        Files.getFileAttributeView(path, PosixFileAttributeView.class, NOFOLLOW_LINKS)
                .setPermissions(OWNER_ONLY.value());
        identity = fileAt(path);
    }

    /** From now on a head that is missing is one that was taken away. */
    private void keepHead() {
        try {
            sync();
        } catch (IOException e) {
            log.warn("the head of the audit log is not kept yet: {}", e.getMessage());
            isAhead = true;
        }
    }

    private void setTornAside(long end) throws IOException {
        long torn = channel.size() - end;
        if (torn == 0) {
            return;
        }
        int n = 1;
        while (Files.exists(aside(n), NOFOLLOW_LINKS)) {
            n++;
        }
        try (FileChannel kept = FileChannel.open(aside(n), Set.of(CREATE_NEW, WRITE), OWNER_ONLY)) {
            long copied = 0;
            while (copied < torn) {
                copied += channel.transferTo(end + copied, torn - copied, kept);
            }
        }
        channel.truncate(end);
        log.warn("the audit log {} ended in {} bytes that are no whole record; kept as {}", path, torn, aside(n));
    }

    private Path aside(int n) {
        return path.resolveSibling(path.getFileName() + ".torn-" + n);
    }

    /** How far the log is written. Any thread. */
    Written written() {
        return written;
    }

    /** Adds a line for each entry, all or none. */
    void append(List<AuditEntry> entries, long missed) throws IOException {
        var lines = new ByteArrayOutputStream();
        AuditHead last = written.head();
        Place place = new Place(last.count() + 1, last.hash(), missed, written.gap());
        for (AuditEntry entry : entries) {
            byte[] line = AuditLine.write(entry, place, vault);
            lines.writeBytes(line);
            last = new AuditHead(place.sequence(), AuditLine.hash(line), last.end() + line.length);
            place = new Place(last.count() + 1, last.hash(), 0, Gap.NONE);
        }
        write(lines.toByteArray());
        isAhead = true;
        written = new Written(last, Gap.NONE);
    }

    private void write(byte[] lines) throws IOException {
        long end = written.head().end();
        try {
            ByteBuffer bytes = ByteBuffer.wrap(lines);
            while (bytes.hasRemaining()) {
                int count = channel.write(bytes, end + bytes.position());
                if (count <= 0) {
                    throw new IOException("the disk takes nothing more");
                }
            }
        } catch (IOException e) {
            // What was written of it must not stay: the next line would be chained to half a line.
            discardAfter(end, e);
            throw e;
        }
    }

    private void discardAfter(long end, IOException reason) {
        try {
            channel.truncate(end);
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    /** Whether {@link #sync} has anything to do. */
    boolean isAhead() {
        return isAhead;
    }

    /**
     * Returns when all that was written is on disk and the head counts it. The head before the mark: after a crash between
     * the two there is a head that no mark asks for, never a mark that cries for a head that was not written yet.
     */
    void sync() throws IOException {
        // A head would hide the gap that the first record tells of.
        if (!(isAhead || isMarkDue) || written.gap().isHeadless()) {
            return;
        }
        byte[] head = written.head().bytes();
        try {
            if (isAhead) {
                channel.force(false);
                vault.saveHead(head);
                isAhead = false;
            }
            if (isMarkDue) {
                vault.saveMark(head);
                isMarkDue = false;
            }
        } catch (StoreFailure e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Begins a new file where the one in use was moved away; its first line follows the last one of that file. */
    void reopen() throws IOException {
        if (identity != null && identity.equals(fileAt(path))) {
            return;
        }
        isMarkDue = true;
        sync();
        FileChannel next = opener.open(path);
        channel.close();
        channel = next;
        AuditHead last = written.head();
        written = new Written(new AuditHead(last.count(), last.hash(), next.size()), written.gap());
        identify();
        log.info("the audit log goes on in a new {} with record {}", path, last.count() + 1);
    }

    private static @Nullable Object fileAt(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW_LINKS)
                    .fileKey();
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            isMarkDue = true;
            sync();
        } finally {
            channel.close();
        }
    }
}

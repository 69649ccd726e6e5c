package dev.iambroker.server.telemetry;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.iambroker.event.AuditEvent;
import dev.iambroker.store.StoreFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file of the audit log and the end of its chain. Not thread-safe: the writer's alone. */
final class AuditFile implements AutoCloseable {
    /** What the first line has for the hash of the line before. */
    static final String BEGINNING = "0".repeat(64);

    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    /** More than one longest line, so that the last whole one is always within. */
    private static final int TAIL_BYTES = 64 * 1024;

    private static final Logger log = LoggerFactory.getLogger(AuditFile.class);

    private final Path path;
    private final FileChannel channel;
    private long end;
    private long sequence;
    private String previous = BEGINNING;

    private AuditFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    static AuditFile open(Path path) {
        try {
            FileChannel channel = FileChannel.open(path, Set.of(CREATE, READ, WRITE, NOFOLLOW_LINKS), OWNER_ONLY);
            try {
                var file = new AuditFile(path, channel);
                file.continueChain();
                return file;
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new StoreFailure(
                    "cannot open the audit log " + path + " (" + e.getClass().getSimpleName()
                            + "): check audit.file, its directory and their mode and owner",
                    e);
        }
    }

    private void continueChain() throws IOException {
        Files.setPosixFilePermissions(path, OWNER_ONLY.value());
        long size = channel.size();
        long start = Math.max(0, size - TAIL_BYTES);
        byte[] tail = read(start, size);
        int whole = endOfLastLine(tail);
        end = start + whole;
        if (end < size) {
            setAside(Arrays.copyOfRange(tail, whole, tail.length));
            channel.truncate(end);
        }
    }

    /** Where the last line of ours ends in {@code tail}; takes up the chain there. */
    private int endOfLastLine(byte[] tail) throws IOException {
        int lineEnd = lastNewline(tail, tail.length);
        while (lineEnd >= 0) {
            int lineStart = lastNewline(tail, lineEnd) + 1;
            long found = AuditLine.sequenceOf(Arrays.copyOfRange(tail, lineStart, lineEnd));
            if (found >= 0) {
                sequence = found;
                previous = AuditLine.hash(Arrays.copyOfRange(tail, lineStart, lineEnd + 1));
                return lineEnd + 1;
            }
            lineEnd = lineStart - 1;
        }
        if (tail.length == TAIL_BYTES) {
            throw new IOException("there is no audit record at the end of " + path);
        }
        return 0;
    }

    private static int lastNewline(byte[] bytes, int before) {
        int at = before - 1;
        while (at >= 0 && bytes[at] != '\n') {
            at--;
        }
        return at;
    }

    private void setAside(byte[] torn) throws IOException {
        int n = 1;
        while (Files.exists(aside(n), NOFOLLOW_LINKS)) {
            n++;
        }
        try (FileChannel kept = FileChannel.open(aside(n), Set.of(CREATE_NEW, WRITE), OWNER_ONLY)) {
            writeFully(kept, ByteBuffer.wrap(torn), 0);
        }
        log.warn(
                "the audit log {} ended in {} bytes that are no whole record; kept as {}", path, torn.length, aside(n));
    }

    private Path aside(int n) {
        return path.resolveSibling(path.getFileName() + ".torn-" + n);
    }

    private byte[] read(long from, long to) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(to - from));
        int count = 0;
        while (bytes.hasRemaining() && count >= 0) {
            count = channel.read(bytes, from + bytes.position());
        }
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    /** Adds a line for each event, all or none. */
    void append(List<AuditEvent> events, long missed) throws IOException {
        var lines = new ByteArrayOutputStream();
        long nextSequence = sequence;
        String nextPrevious = previous;
        long gap = missed;
        for (AuditEvent event : events) {
            byte[] line = AuditLine.write(event, ++nextSequence, gap, nextPrevious);
            lines.writeBytes(line);
            nextPrevious = AuditLine.hash(line);
            gap = 0;
        }
        write(lines.toByteArray());
        sequence = nextSequence;
        previous = nextPrevious;
    }

    private void write(byte[] lines) throws IOException {
        try {
            writeFully(channel, ByteBuffer.wrap(lines), end);
            end += lines.length;
        } catch (IOException e) {
            // What was written of it must not stay: the next line would be chained to half a line.
            discardAfterEnd(e);
            throw e;
        }
    }

    private void discardAfterEnd(IOException reason) {
        try {
            channel.truncate(end);
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes, long at) throws IOException {
        long position = at;
        while (bytes.hasRemaining()) {
            position += channel.write(bytes, position);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            channel.force(true);
        } finally {
            channel.close();
        }
    }
}

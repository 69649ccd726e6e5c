package dev.iambroker.server.telemetry;

import dev.iambroker.server.telemetry.AuditLine.Found;
import dev.iambroker.store.AuditVault;
import dev.iambroker.store.StoreFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a log goes on that was closed, or cut off by a crash. What the sealed head counts must be there: where it is not,
 * the chain goes on from the head and not from the file, so that the gap shows in the log from then on. What follows the
 * head counts as far as its MACs are right; the rest is what a crash left half written.
 */
final class AuditContinuation {
    /** More than one longest line, so that the last whole one is always within. */
    private static final int TAIL_BYTES = 64 * 1024;

    private static final Logger log = LoggerFactory.getLogger(AuditContinuation.class);

    private final Path path;
    private final FileChannel channel;
    private final AuditVault vault;

    private AuditContinuation(Path path, FileChannel channel, AuditVault vault) {
        this.path = path;
        this.channel = channel;
        this.vault = vault;
    }

    /**
     * Where to go on.
     *
     * @param last the last record, and where in this file the next line begins
     * @param isHeadless nothing tells whether that was the last record
     * @param isNew no head was ever kept
     */
    record Point(AuditHead last, boolean isHeadless, boolean isNew) {}

    static Point of(Path path, FileChannel channel, AuditVault vault) throws IOException {
        return new AuditContinuation(path, channel, vault).find();
    }

    private Point find() throws IOException {
        boolean isLost = false;
        AuditHead head = null;
        try {
            byte[] kept = vault.head();
            head = kept == null ? null : AuditHead.parse(kept);
            isLost = kept != null && head == null;
        } catch (StoreFailure e) {
            log.error("{}", e.getMessage());
            isLost = true;
        }
        if (head == null) {
            return withoutHead(isLost);
        }
        return new Point(holds(head) ? provedAfter(head) : insteadOf(head), false, false);
    }

    private Point withoutHead(boolean isLost) throws IOException {
        Tail tail = tail();
        boolean isHeadless = isLost || (tail.last() != null && tail.last().hasMac());
        if (isHeadless) {
            log.error(
                    "the sealed head of the audit log {} is missing or not readable: records may be missing at its end,"
                            + " and 'iam-broker audit verify' will say so from now on",
                    path);
        }
        return new Point(tail.head(), isHeadless, !isHeadless);
    }

    /** Whether the record that {@code head} names is in this file, where it was. */
    private boolean holds(AuditHead head) throws IOException {
        if (head.count() == 0) {
            return true;
        }
        if (head.end() <= 0 || head.end() > channel.size()) {
            return false;
        }
        byte[] before = read(Math.max(0, head.end() - AuditLine.MOST_BYTES), head.end());
        int start = AuditLine.lastNewline(before, before.length - 1) + 1;
        return AuditLine.hash(Arrays.copyOfRange(before, start, before.length)).equals(head.hash());
    }

    private AuditHead provedAfter(AuditHead head) throws IOException {
        AuditHead last = head;
        channel.position(head.end());
        AuditLines lines = new AuditLines(Channels.newInputStream(channel));
        for (byte[] line = lines.next(); line != null; line = lines.next()) {
            Found found = AuditLine.read(line, vault);
            if (found == null || !found.follows(last.count(), last.hash()) || !Boolean.TRUE.equals(found.isProved())) {
                break;
            }
            last = new AuditHead(found.sequence(), found.hash(), last.end() + line.length);
        }
        return last;
    }

    /** The file is another one: moved away on purpose, or tampered with. */
    private AuditHead insteadOf(AuditHead head) throws IOException {
        Tail tail = tail();
        if (channel.size() == 0) {
            log.warn(
                    "the audit log {} begins anew with record {}: those before it were in the file that was here before",
                    path,
                    head.count() + 1);
        } else {
            log.error(
                    "the audit log {} does not hold record {}, which was its last: it was cut off, changed or replaced;"
                            + " 'iam-broker audit verify' says where",
                    path,
                    head.count());
        }
        return new AuditHead(head.count(), head.hash(), tail.head().end());
    }

    /** The last record of the file as it is, and where it ends. */
    private record Tail(AuditHead head, @Nullable Found last) {}

    private Tail tail() throws IOException {
        long size = channel.size();
        long start = Math.max(0, size - TAIL_BYTES);
        byte[] tail = read(start, size);
        int lineEnd = AuditLine.lastNewline(tail, tail.length);
        while (lineEnd >= 0) {
            int lineStart = AuditLine.lastNewline(tail, lineEnd) + 1;
            Found found = AuditLine.read(Arrays.copyOfRange(tail, lineStart, lineEnd + 1), vault);
            if (found != null) {
                return new Tail(new AuditHead(found.sequence(), found.hash(), start + lineEnd + 1), found);
            }
            lineEnd = lineStart - 1;
        }
        if (tail.length == TAIL_BYTES) {
            throw new IOException("there is no audit record at the end of " + path);
        }
        return new Tail(AuditHead.EMPTY, null);
    }

    private byte[] read(long from, long to) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(to - from));
        int count = 0;
        while (bytes.hasRemaining() && count >= 0) {
            count = channel.read(bytes, from + bytes.position());
        }
        return Arrays.copyOf(bytes.array(), bytes.position());
    }
}

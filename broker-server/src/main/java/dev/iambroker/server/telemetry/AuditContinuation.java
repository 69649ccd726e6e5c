package dev.iambroker.server.telemetry;

import dev.iambroker.server.telemetry.AuditLine.Found;
import dev.iambroker.server.telemetry.AuditLine.Gap;
import dev.iambroker.store.AuditVault;
import dev.iambroker.store.StoreFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Supplier;
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
     * @param kept the head as it was found, null where none was
     * @param gap what the next record has to say of what was before it
     */
    record Point(AuditHead last, @Nullable AuditHead kept, Gap gap) {}

    static Point of(Path path, FileChannel channel, AuditVault vault) throws IOException {
        return new AuditContinuation(path, channel, vault).find();
    }

    private Point find() throws IOException {
        Kept mark = kept(vault::mark);
        Kept head = kept(vault::head);
        AuditHead latest = AuditHead.later(head.head(), mark.head());
        return head.head() == null || latest == null
                ? withoutHead(mark.isThere() || head.isThere(), mark.head())
                : new Point(holds(latest) ? provedAfter(latest) : insteadOf(latest), head.head(), Gap.NONE);
    }

    /** @param head null where nothing is there, or nothing that can be read */
    private record Kept(boolean isThere, @Nullable AuditHead head) {}

    private static Kept kept(Supplier<byte @Nullable []> place) {
        try {
            byte[] bytes = place.get();
            return new Kept(bytes != null, bytes == null ? null : AuditHead.parse(bytes));
        } catch (StoreFailure e) {
            log.error("{}", e.getMessage());
            return new Kept(true, null);
        }
    }

    /** @param marked what the keyring knows of the log; null for nothing */
    private Point withoutHead(boolean isBegun, @Nullable AuditHead marked) throws IOException {
        Tail tail = tail();
        Found last = tail.last();
        if (last == null && isBegun) {
            return afterLoss(marked == null ? AuditHead.EMPTY : marked);
        }
        boolean isHeadless = isBegun || (last != null && last.hasMac());
        if (isHeadless) {
            complain("the sealed head of the audit log " + path
                    + " is missing or not readable: records may be missing at its end");
        } else if (last == null) {
            log.warn(
                    "a new audit log begins with record 1 in {}: with this state directory there was none before",
                    path);
        }
        return new Point(tail.head(), null, new Gap(isHeadless, null));
    }

    /** The log is gone and its head too. It goes on from the last record that is known of. */
    private Point afterLoss(AuditHead known) {
        complain("the audit log of this state directory is gone, and its sealed head is gone or not readable: "
                + (known.count() == 0
                        ? "how many records it had is not known"
                        : "it had " + known.count() + " records or more")
                + "; a new one begins with record " + (known.count() + 1) + " in " + path
                + ", which says so");
        return new Point(new AuditHead(known.count(), known.hash(), 0), null, new Gap(true, known.count()));
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
            complain("the audit log " + path + " does not hold record " + head.count()
                    + ", which was its last: it was cut off, changed or replaced");
        }
        return new AuditHead(head.count(), head.hash(), tail.head().end());
    }

    private static void complain(String wrong) {
        log.error(
                "{}; find out who can write there, and compare with what was kept elsewhere. 'iam-broker audit verify' says"
                        + " where it is wrong until you move the file away, as evidence, and send SIGHUP: then add '--from'"
                        + " and the number of the first record of the new one",
                wrong);
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

package dev.iambroker.server.telemetry;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.iambroker.server.json.JsonTree;
import dev.iambroker.server.telemetry.AuditVerification.Fault;
import dev.iambroker.server.telemetry.AuditVerification.Verdict;
import dev.iambroker.store.AuditVault;
import dev.iambroker.store.StoreFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads an audit log for its operator. Every answer is one JSON object in ASCII, of a bounded size. Thread-safe; blocks on
 * the disk, and reads the whole file but for {@link #records}.
 */
public final class AuditReader {
    /** Of {@link #records}; some two thousand records. */
    private static final int TAIL_BYTES = 1 << 20;

    private static final int MOST_HOLDERS = 1000;

    /** What is no part of who got a token. */
    private static final Set<String> OF_ONE_RECORD = Set.of(
            "seq",
            "time",
            "allowed",
            "source",
            "count",
            "first",
            "last",
            "missed",
            "head_missing",
            "log_missing",
            "prev",
            "mac");

    private static final JsonTree JSON = new JsonTree(
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build());

    private final List<Path> files;
    private final AuditVault vault;
    private final @Nullable AuditFile live;

    private AuditReader(List<Path> files, AuditVault vault, @Nullable AuditFile live) {
        this.files = files;
        this.vault = vault;
        this.live = live;
    }

    /** Of a log that is being written: its writer knows of every record, the head only of those on disk. */
    static AuditReader ofLive(Path file, AuditVault vault, AuditFile live) {
        return new AuditReader(List.of(file), vault, live);
    }

    /** @param files of one log, in the order in which they were written */
    public static AuditReader of(List<Path> files, AuditVault vault) {
        return new AuditReader(List.copyOf(files), vault, null);
    }

    /**
     * Whether the log is what was written, whole.
     *
     * @param from records before this one need not be there; 1 for all
     * @throws StoreFailure if a file cannot be read
     */
    public byte[] verify(long from) {
        try {
            return bytes(verdict(from));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private ObjectNode verdict(long from) throws IOException {
        Known known = live == null ? kept() : written(live.written());
        Verdict verdict = new AuditVerification(vault, known.head(), from).of(files);
        Fault fault = verdict.fault();
        if (fault == null && known.lost() != null) {
            fault = new Fault(files.getLast(), verdict.records() + 1, known.lost() + ": records may be missing here");
        }
        return json(verdict, fault);
    }

    /**
     * Where the log ends.
     *
     * @param lost why nothing tells, or not all; null where all does
     */
    private record Known(@Nullable AuditHead head, @Nullable String lost) {}

    private Known kept() {
        AuditHead head;
        boolean isBegun;
        try {
            byte[] kept = vault.head();
            head = kept == null ? null : AuditHead.parse(kept);
            isBegun = kept != null || live != null;
        } catch (StoreFailure e) {
            return new Known(null, e.getMessage());
        }
        try {
            byte[] mark = vault.mark();
            isBegun |= mark != null;
            return head == null
                    ? new Known(null, isBegun ? "the sealed head is missing, and a log was begun" : null)
                    : new Known(mark == null ? head : AuditHead.later(head, AuditHead.parse(mark)), null);
        } catch (StoreFailure e) {
            return new Known(head, e.getMessage());
        }
    }

    /** Its writer knows better than the head how far it is, and the head must be there all the same. */
    private Known written(AuditFile.Written written) {
        String lost = kept().lost();
        boolean isLost = lost == null && written.gap().isHeadless();
        return new Known(written.head(), isLost ? "the sealed head is missing" : lost);
    }

    private static ObjectNode json(Verdict verdict, @Nullable Fault fault) {
        ObjectNode node = JsonTree.object();
        node.put("ok", fault == null);
        node.put("records", verdict.records());
        node.put("first_seq", verdict.first()).put("last_seq", verdict.last());
        node.put("without_mac", verdict.withoutMac()).put("missed", verdict.missed());
        if (fault == null) {
            node.putNull("fault");
        } else {
            node.putObject("fault")
                    .put("file", fault.file().toString())
                    .put("line", fault.line() == Fault.WHOLE_FILE ? null : Long.valueOf(fault.line()))
                    .put("reason", fault.reason());
        }
        ArrayNode notes = node.putArray("notes");
        verdict.notes().forEach(notes::add);
        return node;
    }

    /**
     * Records from the end of the log, as they are in it.
     *
     * @param limit of their number
     * @param after only those with a higher number, the first of them; negative for the last ones
     */
    public byte[] records(int limit, long after) {
        try {
            List<JsonNode> wanted = new ArrayList<>();
            for (JsonNode record : tail()) {
                if (record.path(AuditLine.SEQUENCE).asLong(0) > after) {
                    wanted.add(record);
                }
            }
            boolean isMore = wanted.size() > limit;
            int begin = isMore && after < 0 ? wanted.size() - limit : 0;
            ObjectNode node = JsonTree.object();
            ArrayNode records = node.putArray("records");
            wanted.subList(begin, Math.min(wanted.size(), begin + limit)).forEach(records::add);
            node.put("more", isMore);
            return bytes(node);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private List<JsonNode> tail() throws IOException {
        List<JsonNode> records = new ArrayList<>();
        try (FileChannel channel =
                FileChannel.open(files.getLast(), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            long start = Math.max(0, channel.size() - TAIL_BYTES);
            channel.position(start);
            AuditLines lines = new AuditLines(Channels.newInputStream(channel));
            byte[] line = start == 0 ? new byte[0] : lines.next();
            while (line != null) {
                line = lines.next();
                JsonNode record = line == null ? null : record(line);
                if (record != null) {
                    records.add(record);
                }
            }
        } catch (NoSuchFileException e) {
            return List.of();
        }
        return records;
    }

    /**
     * Who was handed the tokens whose fingerprint begins so, and how often.
     *
     * @param prefix lower-case hexadecimal
     */
    public byte[] holders(String prefix) {
        Map<JsonNode, Holding> holders = new LinkedHashMap<>();
        boolean isMore = false;
        try (InputStream in = Files.newInputStream(files.getLast(), LinkOption.NOFOLLOW_LINKS)) {
            AuditLines lines = new AuditLines(in);
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                JsonNode record = new String(line, US_ASCII).contains(prefix) ? record(line) : null;
                if (record != null && isOf(record, prefix)) {
                    isMore |= !count(record, holders);
                }
            }
        } catch (NoSuchFileException e) {
            // Nobody, as far as this log knows.
        } catch (IOException e) {
            throw unreadable(e);
        }
        return bytes(json(holders, isMore));
    }

    private static boolean isOf(JsonNode record, String prefix) {
        return record.path("allowed").asBoolean(false)
                && record.path("fingerprint").asString("").startsWith(prefix);
    }

    /** False where there are too many. */
    private static boolean count(JsonNode record, Map<JsonNode, Holding> holders) {
        ObjectNode who = (ObjectNode) record.deepCopy();
        who.remove(OF_ONE_RECORD);
        Holding holding = holders.get(who);
        if (holding == null && holders.size() == MOST_HOLDERS) {
            return false;
        }
        String time = record.path("time").asString("");
        long count = record.path("count").asLong(1);
        String first = record.path("first").asString(time);
        holders.put(who, holding == null ? new Holding(count, first, time) : holding.and(count, time));
        return true;
    }

    private record Holding(long count, String first, String last) {
        Holding and(long more, String time) {
            return new Holding(count + more, first, time);
        }
    }

    private static ObjectNode json(Map<JsonNode, Holding> holders, boolean isMore) {
        ObjectNode node = JsonTree.object();
        ArrayNode array = node.putArray("holders");
        holders.forEach((who, holding) -> {
            ObjectNode holder = (ObjectNode) who;
            holder.put("count", holding.count()).put("first", holding.first()).put("last", holding.last());
            array.add(holder);
        });
        node.put("more", isMore);
        return node;
    }

    private static @Nullable JsonNode record(byte[] line) {
        try {
            JsonNode node = AuditLine.parse(line);
            return node.isObject() ? node : null;
        } catch (JacksonException e) {
            return null;
        }
    }

    private static byte[] bytes(ObjectNode node) {
        return JSON.write(node);
    }

    private StoreFailure unreadable(IOException cause) {
        return new StoreFailure(
                "cannot read the audit log " + files.getLast() + " ("
                        + cause.getClass().getSimpleName() + "): check its mode, its owner and its disk",
                cause);
    }
}

package dev.iambroker.server.telemetry;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.iambroker.client.Peer;
import dev.iambroker.client.Program;
import dev.iambroker.event.AuditEvent;
import dev.iambroker.server.json.JsonTree;
import dev.iambroker.store.AuditVault;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One line of the audit log: a JSON object in ASCII, so that nothing in it can play with a terminal, and a newline. Its
 * last member is the MAC over all that stands before it, the hash of the line before included.
 */
final class AuditLine {
    /** What the first line has for the hash of the line before. */
    static final String BEGINNING = "0".repeat(64);

    /** Far above what a line has. */
    static final int MOST_BYTES = 16 * 1024;

    static final String SEQUENCE = "seq";
    static final String MISSED = "missed";
    private static final String HEADLESS = "head_missing";
    private static final String LOG_MISSING = "log_missing";
    private static final String PREVIOUS = "prev";

    /** Between what the MAC covers and the MAC. */
    private static final String BEFORE_MAC = ",\"mac\":\"";

    private static final String END = "\"}\n";
    private static final int MAC_PART = BEFORE_MAC.length() + 2 * AuditVault.MAC_BYTES + END.length();

    /** Room for every alias and cluster id that exists, none for a client that wants to fill the disk. */
    private static final int LONGEST_NAME = 128;

    private static final JsonTree JSON = new JsonTree(
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build());

    private AuditLine() {}

    /**
     * What a line has besides the event.
     *
     * @param sequence its number
     * @param previous hash of the line before
     * @param missed records that were lost since the line before, for want of room or of a working disk
     * @param gap what nothing tells of the log before it
     */
    record Place(long sequence, String previous, long missed, Gap gap) {}

    /**
     * What a log goes on without.
     *
     * @param isHeadless nothing tells where it ended
     * @param lost so many records at least are gone with their head; null where none are known to be, 0 where it is not known
     *     how many
     */
    record Gap(boolean isHeadless, @Nullable Long lost) {
        static final Gap NONE = new Gap(false, null);
    }

    static byte[] write(AuditEntry entry, Place place, AuditVault vault) {
        ObjectNode line = JsonTree.object();
        line.put(SEQUENCE, place.sequence());
        event(entry.event(), line);
        if (entry.count() > 1) {
            line.put("count", entry.count());
            line.put("first", time(entry.first()));
            line.put("last", time(entry.event().at()));
        }
        if (place.missed() > 0) {
            line.put(MISSED, place.missed());
        }
        if (place.gap().isHeadless()) {
            line.put(HEADLESS, true);
        }
        if (place.gap().lost() != null) {
            line.put(LOG_MISSING, place.gap().lost());
        }
        line.put(PREVIOUS, place.previous());
        String text = JSON.text(line);
        return withMac(text.substring(0, text.length() - 1), vault);
    }

    private static byte[] withMac(String covered, AuditVault vault) {
        String mac = HexFormat.of().formatHex(vault.mac(covered.getBytes(US_ASCII)));
        return (covered + BEFORE_MAC + mac + END).getBytes(US_ASCII);
    }

    /** Finer than that no clock of two programs agrees, and nobody reads. */
    private static String time(Instant at) {
        return at.truncatedTo(ChronoUnit.MILLIS).toString();
    }

    private static void event(AuditEvent event, ObjectNode line) {
        line.put("time", time(event.at()));
        client(event, line);
        line.put("action", bounded(event.action()));
        line.put("account", bounded(event.account()));
        line.put("cluster", bounded(event.cluster()));
        line.put("allowed", event.allowed());
        line.put("rule", bounded(event.rule()));
        AuditEvent.Source source = event.source();
        line.put("source", source == null ? null : source.word());
        line.put("fingerprint", event.fingerprint());
    }

    private static void client(AuditEvent event, ObjectNode line) {
        Peer peer = event.client().peer();
        line.put("uid", peer == null ? null : peer.uid());
        line.put("gid", peer == null ? null : peer.gid());
        line.put("pid", peer == null ? null : peer.pid());
        line.put("start", peer == null ? null : peer.startTime());
        Program program = peer == null ? null : peer.program();
        if (program != null) {
            line.put("exe", bounded(program.exe()));
            line.put("exe_sha256", program.exeSha256());
            line.put("unit", bounded(program.unit()));
        }
        var clients = line.putArray("clients");
        event.client().provenClients().stream().sorted().forEach(clients::add);
    }

    private static @Nullable String bounded(@Nullable String name) {
        return name == null || name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME) + "…";
    }

    /**
     * A line as it was read.
     *
     * @param previous what it has for the hash of the line before
     * @param hash its own
     * @param gap {@link Place#gap}
     * @param isProved null where it has no MAC, else whether the MAC is right
     */
    record Found(
            long sequence,
            String previous,
            String hash,
            long missed,
            Gap gap,
            @Nullable Boolean isProved) {
        /** Whether it comes after a line of that number and hash. */
        boolean follows(long number, String lineHash) {
            return sequence == number + 1 && previous.equals(lineHash);
        }

        boolean hasMac() {
            return isProved != null;
        }

        boolean isWrong() {
            return Boolean.FALSE.equals(isProved);
        }
    }

    /**
     * Null where it is no line of ours.
     *
     * @param line with its newline
     */
    static @Nullable Found read(byte[] line, AuditVault vault) {
        try {
            JsonNode node = JSON.read(line);
            JsonNode sequence = node.path(SEQUENCE);
            boolean isOurs = sequence.canConvertToLong() && node.path(PREVIOUS).isString();
            return isOurs && sequence.longValue() > 0
                    ? new Found(
                            sequence.longValue(),
                            node.path(PREVIOUS).stringValue(),
                            hash(line),
                            node.path(MISSED).asLong(0),
                            gap(node),
                            isProved(node.has("mac"), line, vault))
                    : null;
        } catch (JacksonException e) {
            return null;
        }
    }

    private static Gap gap(JsonNode node) {
        boolean isHeadless = node.path(HEADLESS).asBoolean(false);
        return new Gap(
                isHeadless, node.has(LOG_MISSING) ? node.path(LOG_MISSING).asLong(0) : null);
    }

    private static @Nullable Boolean isProved(boolean hasMac, byte[] line, AuditVault vault) {
        int covered = line.length - MAC_PART;
        if (!hasMac) {
            return null;
        }
        if (covered < 0) {
            return false;
        }
        byte[] right = withMac(new String(line, 0, covered, US_ASCII), vault);
        return MessageDigest.isEqual(right, line);
    }

    static JsonNode parse(byte[] line) {
        return JSON.read(line);
    }

    /** SHA-256 in hexadecimal, over the line with its newline. */
    static String hash(byte[] line) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(line));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The last newline before {@code before}, -1 where there is none. */
    static int lastNewline(byte[] bytes, int before) {
        int at = before - 1;
        while (at >= 0 && bytes[at] != '\n') {
            at--;
        }
        return at;
    }
}

package dev.iambroker.server.telemetry;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.iambroker.client.Peer;
import dev.iambroker.event.AuditEvent;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** One line of the audit log: a JSON object in ASCII, so that nothing in it can play with a terminal, and a newline. */
final class AuditLine {
    static final String SEQUENCE = "seq";
    private static final String PREVIOUS = "prev";

    /** Room for every alias and cluster id that exists, none for a client that wants to fill the disk. */
    private static final int LONGEST_NAME = 128;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
                    .build())
            .build();

    private AuditLine() {}

    /**
     * @param missed records that were lost since the line before, for want of room or of a working disk
     * @param previous hash of the line before
     */
    static byte[] write(AuditEvent event, long sequence, long missed, String previous) {
        ObjectNode line = JSON.createObjectNode();
        line.put(SEQUENCE, sequence);
        line.put("time", event.at().toString());
        client(event, line);
        line.put("action", bounded(event.action()));
        line.put("account", bounded(event.account()));
        line.put("cluster", bounded(event.cluster()));
        line.put("allowed", event.allowed());
        line.put("rule", bounded(event.rule()));
        line.put("fingerprint", event.fingerprint());
        if (missed > 0) {
            line.put("missed", missed);
        }
        line.put(PREVIOUS, previous);
        return (JSON.writeValueAsString(line) + "\n").getBytes(US_ASCII);
    }

    private static void client(AuditEvent event, ObjectNode line) {
        Peer peer = event.client().peer();
        line.put("uid", peer == null ? null : peer.uid());
        line.put("gid", peer == null ? null : peer.gid());
        line.put("pid", peer == null ? null : peer.pid());
        var clients = line.putArray("clients");
        event.client().provenClients().stream().sorted().forEach(clients::add);
    }

    private static @Nullable String bounded(@Nullable String name) {
        return name == null || name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME) + "…";
    }

    /** The sequence number of a line without its newline, -1 where it is no line of ours. */
    static long sequenceOf(byte[] line) {
        try {
            JsonNode node = JSON.readTree(line);
            JsonNode sequence = node.path(SEQUENCE);
            boolean isOurs = sequence.canConvertToLong() && node.path(PREVIOUS).isString();
            return isOurs ? sequence.longValue() : -1;
        } catch (JacksonException e) {
            return -1;
        }
    }

    /** SHA-256 in hexadecimal, over the line with its newline. */
    static String hash(byte[] line) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(line));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}

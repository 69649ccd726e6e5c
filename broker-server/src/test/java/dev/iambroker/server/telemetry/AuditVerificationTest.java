package dev.iambroker.server.telemetry;

import static dev.iambroker.server.telemetry.AuditLogs.handOut;
import static dev.iambroker.server.telemetry.AuditLogs.json;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What is done to a log by anyone without the key is found, and what a crash does is not cried over. */
@Timeout(60)
final class AuditVerificationTest {
    private static final int RECORDS = 40;
    private static final int ROUNDS = 400;
    private static final String FIRST_HASH = "0".repeat(64);

    private final FakeVault vault = new FakeVault("the key of the store");

    @TempDir
    private Path temp;

    private Path file() {
        return temp.resolve("audit.jsonl");
    }

    @Test
    void verify_untouchedOverRestarts_isRightAndSaysHowMany() throws IOException {
        write(RECORDS);
        write(RECORDS);
        JsonNode verdict = verify(1);
        assertThat(verdict.path("ok").asBoolean()).as("%s", verdict).isTrue();
        assertThat(verdict.path("records").asInt()).isEqualTo(2 * RECORDS);
        assertThat(verdict.path("without_mac").asInt()).isZero();
    }

    /** Seeded edits of every kind, of bytes and of whole lines, by somebody who can hash but has no key. */
    @Test
    void verify_anyEditRemovalReorderDuplicationOrTruncation_isFound() throws IOException {
        write(RECORDS);
        List<byte[]> good = lines();
        Random random = new Random(11);
        for (int round = 0; round < ROUNDS; round++) {
            List<byte[]> bad = new ArrayList<>(good);
            String what = tamper(bad, random);
            if (!same(good, bad)) {
                Files.write(file(), joined(bad));
                JsonNode verdict = verify(1);
                assertThat(verdict.path("ok").asBoolean())
                        .as("round %s, %s: %s", round, what, verdict)
                        .isFalse();
                assertThat(verdict.path("fault").path("line").asInt()).isBetween(1, RECORDS + 2);
            }
        }
        Files.write(file(), joined(good));
        assertThat(verify(1).path("ok").asBoolean()).isTrue();
    }

    private String tamper(List<byte[]> lines, Random random) {
        int at = random.nextInt(lines.size());
        int other = random.nextInt(lines.size());
        int kind = random.nextInt(8);
        switch (kind) {
            case 0 -> lines.set(at, withAnotherByte(lines.get(at), random));
            case 1 -> lines.remove(at);
            case 2 -> Collections.swap(lines, at, other);
            case 3 -> lines.add(other, lines.get(at));
            case 4 -> lines.subList(at, lines.size()).clear();
            case 5 -> lines.subList(0, at + 1).clear();
            case 6 -> lines.set(at, Arrays.copyOf(lines.get(at), random.nextInt(lines.get(at).length)));
            default -> rechain(lines, at, random.nextBoolean());
        }
        return "kind " + kind + " at line " + (at + 1);
    }

    private static byte[] withAnotherByte(byte[] line, Random random) {
        byte[] changed = line.clone();
        int at = random.nextInt(changed.length);
        changed[at] = (byte) (changed[at] ^ (1 << random.nextInt(7)));
        return changed;
    }

    /** Changes a line and hashes all that follow anew, with the old MACs or with MACs under another key, or without. */
    private static void rechain(List<byte[]> lines, int from, boolean withOwnKey) {
        var own = new FakeVault("a key of the attacker's");
        String previous = from == 0 ? FIRST_HASH : AuditLine.hash(lines.get(from - 1));
        for (int i = from; i < lines.size(); i++) {
            String text = new String(lines.get(i), US_ASCII)
                    .replace(i == from ? "\"allowed\":true" : "\u0000", "\"allowed\":false")
                    .replaceFirst("\"prev\":\"[0-9a-f]{64}\"", "\"prev\":\"" + previous + "\"");
            String covered = text.substring(0, text.indexOf(",\"mac\""));
            String mac = HexFormat.of().formatHex(own.mac(covered.getBytes(US_ASCII)));
            String forged = withOwnKey ? covered + ",\"mac\":\"" + mac + "\"}\n" : covered + "}\n";
            lines.set(i, forged.getBytes(US_ASCII));
            previous = AuditLine.hash(lines.get(i));
        }
    }

    @Test
    void verify_fault_namesTheFirstBadLine() throws IOException {
        write(6);
        List<byte[]> good = lines();
        List<byte[]> edited = new ArrayList<>(good);
        edited.set(
                3,
                new String(good.get(3), US_ASCII)
                        .replace("\"owner\"", "\"other\"")
                        .getBytes(US_ASCII));
        assertFault(edited, 4, "wrong MAC");
        List<byte[]> removed = new ArrayList<>(good);
        removed.remove(2);
        assertFault(removed, 3, "is record 4 after record 2: record 3 is missing");
        assertFault(good.subList(0, 4), 5, "records 5 to 6 are missing: the head counts 6");
        assertFault(good.subList(2, 6), 1, "records 1 to 2 are not here");
        assertFault(List.of(), 1, "records 1 to 6 are missing");
    }

    @Test
    void verify_fileDeleted_isFound() throws IOException {
        write(3);
        Files.delete(file());
        assertThat(verify(1).path("fault").path("reason").asString()).isEqualTo("the file is not there");
    }

    @Test
    void verify_headDeletedOrChanged_isFoundAlsoAfterTheNextStart() throws IOException {
        write(3);
        vault.keep(null);
        assertThat(reason()).contains("the sealed head is missing");
        write(2);
        assertThat(reason()).contains("the sealed head was missing when the log was opened");
        assertThat(verify(1).path("fault").path("line").asInt()).isEqualTo(4);
        vault.damage();
        write(1);
        assertThat(reason()).contains("the sealed head was missing");
    }

    /** What was cut off while no broker ran does not become the log by the next start. */
    @Test
    void verify_truncatedOrRolledBackBeforeAStart_isFoundForEver() throws IOException {
        write(5);
        byte[] older = Files.readAllBytes(file());
        write(5);
        Files.write(file(), older);
        write(5);
        assertThat(reason()).isEqualTo("is record 11 after record 5: records 6 to 10 are missing");
        write(1);
        assertThat(verify(1).path("fault").path("line").asInt()).isEqualTo(6);
    }

    @Test
    void verify_movedAway_goesOnInTheNewFileAndBothAreOneChain() throws IOException {
        write(4);
        Path moved = temp.resolve("audit-1.jsonl");
        Files.move(file(), moved);
        write(3);
        assertThat(reason())
                .startsWith("is record 5: records 1 to 4 are not here; name the files that were moved away");
        JsonNode both = json(AuditReader.of(List.of(moved, file()), vault).verify(1));
        assertThat(both.path("ok").asBoolean()).as("%s", both).isTrue();
        assertThat(both.path("records").asInt()).isEqualTo(7);
        assertThat(verify(5).path("ok").asBoolean()).isTrue();
        assertThat(verify(4).path("ok").asBoolean()).isFalse();
        assertThat(json(AuditReader.of(List.of(file(), moved), vault).verify(5))
                        .path("ok")
                        .asBoolean())
                .isFalse();
    }

    @Test
    void verify_logOfAnOlderVersion_goesOnAndSaysWhichRecordsHaveNoMac() throws IOException {
        StringBuilder old = new StringBuilder();
        String previous = FIRST_HASH;
        for (int i = 1; i <= 3; i++) {
            String line = "{\"seq\":" + i + ",\"action\":\"access\",\"prev\":\"" + previous + "\"}\n";
            previous = AuditLine.hash(line.getBytes(US_ASCII));
            old.append(line);
        }
        Files.writeString(file(), old);
        write(2);
        JsonNode verdict = verify(1);
        assertThat(verdict.path("ok").asBoolean()).as("%s", verdict).isTrue();
        assertThat(verdict.path("without_mac").asInt()).isEqualTo(3);
        assertThat(verdict.path("notes").toString()).contains("3 records are of an older version and without a MAC");
        String content = Files.readString(file());
        Files.writeString(file(), content.replaceFirst("access", "nobody"));
        assertThat(verify(1).path("fault").path("line").asInt()).isEqualTo(2);
    }

    /**
     * A crash at any moment: any prefix of what was written, not shorter than what was synced when a head was kept, with
     * that head or, where it is older, the one before.
     */
    @Test
    void verify_afterACrashAtAnyPoint_doesNotCryWolfNorLoseWhatTheHeadCounts() throws IOException {
        List<byte[]> heads = new ArrayList<>();
        List<byte[]> marks = new ArrayList<>();
        List<Long> synced = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            write(3);
            heads.add(vault.head());
            marks.add(vault.mark());
            synced.add(Files.size(file()));
        }
        byte[] whole = Files.readAllBytes(file());
        Random random = new Random(5);
        for (int round = 0; round < ROUNDS; round++) {
            int at = random.nextInt(heads.size());
            long least = synced.get(at);
            int length = (int) (least + random.nextLong(whole.length - least + 1));
            vault.keep(heads.get(at));
            vault.keepMark(marks.get(random.nextInt(at + 1)));
            Files.write(file(), crashed(whole, (int) least, length, random));
            JsonNode verdict = verify(1);
            assertThat(verdict.path("ok").asBoolean())
                    .as("round %s: %s", round, verdict)
                    .isTrue();
            assertThat(verdict.path("records").asInt()).isGreaterThanOrEqualTo(3 * (at + 1));
            write(1);
            assertThat(verify(1).path("ok").asBoolean()).isTrue();
        }
    }

    /** Cut off, and now and then with a page that was never written. */
    private static byte[] crashed(byte[] whole, int synced, int length, Random random) {
        byte[] left = Arrays.copyOf(whole, length);
        if (length > synced && random.nextInt(3) == 0) {
            int from = synced + random.nextInt(length - synced);
            Arrays.fill(left, from, Math.min(length, from + 600), (byte) 0);
        }
        return left;
    }

    /** Nobody who reads the log can make a record: keys of the log's own bytes do not prove one. */
    @Test
    void mac_withoutTheVault_cannotBeMade() throws IOException {
        write(2);
        List<byte[]> good = lines();
        String line = new String(good.get(1), US_ASCII);
        for (String key : List.of("", FIRST_HASH, AuditLine.hash(good.get(0)), "the key of the stor")) {
            List<byte[]> forged = new ArrayList<>(good);
            String covered = line.substring(0, line.indexOf(",\"mac\"")).replace("\"prod-1\"", "\"prod-9\"");
            String mac = HexFormat.of().formatHex(new FakeVault(key + " ").mac(covered.getBytes(US_ASCII)));
            forged.set(1, (covered + ",\"mac\":\"" + mac + "\"}\n").getBytes(US_ASCII));
            assertFault(forged, 2, "wrong MAC");
        }
    }

    private void assertFault(List<byte[]> lines, int line, String reason) throws IOException {
        Files.write(file(), joined(lines));
        JsonNode fault = verify(1).path("fault");
        assertThat(fault.path("reason").asString("")).contains(reason);
        assertThat(fault.path("line").asInt()).isEqualTo(line);
    }

    private String reason() {
        return verify(1).path("fault").path("reason").asString("");
    }

    private void write(int records) {
        try (var audit = AuditLogs.open(file(), vault)) {
            for (int i = 0; i < records; i++) {
                audit.record(handOut("prod-" + i, "0123456789ab"));
            }
        }
    }

    private JsonNode verify(long from) {
        return json(AuditReader.of(List.of(file()), vault).verify(from));
    }

    private List<byte[]> lines() throws IOException {
        List<byte[]> lines = new ArrayList<>();
        for (String line : Files.readAllLines(file(), US_ASCII)) {
            lines.add((line + "\n").getBytes(US_ASCII));
        }
        return lines;
    }

    private static boolean same(List<byte[]> some, List<byte[]> others) {
        return Arrays.equals(joined(some), joined(others));
    }

    private static byte[] joined(List<byte[]> lines) {
        var out = new ByteArrayOutputStream();
        lines.forEach(out::writeBytes);
        return out.toByteArray();
    }
}

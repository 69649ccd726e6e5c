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
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A log that is gone together with the head that would miss it; and what only looks so. */
@Timeout(60)
final class AuditLossTest {
    private final FakeVault vault = new FakeVault("the key of the store");

    @TempDir
    private Path temp;

    private Path file() {
        return temp.resolve("audit.jsonl");
    }

    /** What the keyring knows since the last start or orderly stop holds against both; with the keyring all is as it was. */
    @Test
    void verify_fileAndHeadRolledBackTogether_isFoundUnlessTheKeyringWasTooOrNothingStartedSince() throws IOException {
        write(5);
        byte[] older = Files.readAllBytes(file());
        byte[] head = vault.head();
        byte[] mark = vault.mark();
        write(5);
        Files.write(file(), older);
        vault.keep(head);
        assertThat(reason()).isEqualTo("records 6 to 10 are missing: the head counts 10");
        byte[] wholeMark = vault.mark();
        vault.keepMark(mark);
        assertThat(verify(1).path("ok").asBoolean()).isTrue();
        vault.keepMark(wholeMark);
        write(2);
        assertThat(reason()).isEqualTo("is record 11 after record 5: records 6 to 10 are missing");
    }

    /** The attacker's way out: no log, no head, nothing that could be wrong. */
    @Test
    void verify_logAndHeadDeletedTogether_isFoundBeforeAndForEverAfterTheNextStart() throws IOException {
        write(5);
        Files.delete(file());
        vault.keep(null);
        assertThat(reason()).isEqualTo("the file is not there");
        assertThat(verify(1).path("fault").path("line").isNull()).isTrue();
        Files.createFile(file());
        assertThat(reason()).startsWith("the sealed head is missing");
        AuditLogs.open(file(), vault).close();
        assertThat(reason()).startsWith("the sealed head is missing");
        for (int start = 0; start < 3; start++) {
            write(2);
            assertThat(reason())
                    .isEqualTo("says that the log before it and its sealed head were gone when it was begun: at least 5"
                            + " records are lost");
            assertThat(verify(1).path("fault").path("line").asInt()).isEqualTo(1);
            assertThat(verify(6).path("ok").asBoolean()).isFalse();
        }
        assertThat(Files.readString(file())).startsWith("{\"seq\":6,").containsOnlyOnce("\"log_missing\":5");
    }

    @Test
    void verify_logAndHeadDeletedTogetherAgain_isFoundAgain() throws IOException {
        for (int i = 0; i < 3; i++) {
            write(4);
            assertThat(verify(1).path("ok").asBoolean()).isEqualTo(i == 0);
            Files.delete(file());
            vault.keep(null);
        }
    }

    /** It was deleted under a daemon that was then killed: no orderly stop told the keyring how many there were. */
    @Test
    void verify_deletedTogetherInTheFirstLifeOfALog_isFoundThoughNobodyKnowsHowManyThereWere() throws IOException {
        AuditLogs.open(file(), vault).close();
        byte[] mark = vault.mark();
        write(5);
        vault.keepMark(mark);
        Files.delete(file());
        vault.keep(null);
        write(1);
        assertThat(reason())
                .isEqualTo(
                        "says that the log before it and its sealed head were gone when it was begun: how many records"
                                + " are lost is not known");
    }

    @Test
    void verify_markTakenAway_isFound() throws IOException {
        write(2);
        vault.damageMark();
        assertThat(reason()).startsWith("the keyring was changed");
        Files.delete(file());
        vault.keep(null);
        write(1);
        assertThat(reason()).startsWith("says that the log before it");
    }

    /** Nobody can leave the record out that says so, nor take its words away. */
    @Test
    void verify_recordThatTellsOfTheLossTakenAway_isFound() throws IOException {
        write(5);
        Files.delete(file());
        vault.keep(null);
        write(3);
        List<byte[]> lines = lines();
        Files.write(file(), joined(lines.subList(1, 3)));
        assertThat(reason()).startsWith("is record 7: records 1 to 6 are not here");
        assertThat(verify(7).path("ok").asBoolean()).isTrue();
        String told = new String(lines.getFirst(), US_ASCII);
        lines.set(
                0,
                told.replaceFirst("\"head_missing\":true,\"log_missing\":5,", "")
                        .getBytes(US_ASCII));
        assertThat(new String(lines.getFirst(), US_ASCII)).isNotEqualTo(told);
        Files.write(file(), joined(lines));
        assertThat(verify(1).path("ok").asBoolean()).isFalse();
        assertThat(verify(6).path("fault").path("reason").asString()).contains("wrong MAC");
    }

    /** First the head, then the mark: whatever is between them is not mistaken for a deed. */
    @Test
    void open_powerLostBetweenHeadAndMark_doesNotCryWolf() throws IOException {
        vault.failMarks(true);
        write(2);
        assertThat(vault.mark()).isNull();
        assertThat(verify(1).path("ok").asBoolean()).isTrue();
        vault.failMarks(false);
        write(2);
        assertThat(vault.mark()).isEqualTo(vault.head());
        vault.failMarks(true);
        write(2);
        vault.failMarks(false);
        write(2);
        assertThat(verify(1).path("records").asInt()).isEqualTo(8);
        assertThat(verify(1).path("ok").asBoolean()).isTrue();
    }

    /** Another file goes on with the numbers of the one before: it is no new log, and none that was lost. */
    @Test
    void open_anotherPathConfigured_goesOnThereAndBothAreOneChain() throws IOException {
        write(3);
        Path other = temp.resolve("elsewhere.jsonl");
        try (var audit = AuditLogs.open(other, vault)) {
            audit.record(handOut("prod", "0123456789ab"));
        }
        assertThat(Files.readString(other)).startsWith("{\"seq\":4,").doesNotContain("missing");
        assertThat(json(AuditReader.of(List.of(file(), other), vault).verify(1))
                        .path("ok")
                        .asBoolean())
                .isTrue();
    }

    /** Restored as a whole, a backup knows less than the log that went on, and that is right. */
    @Test
    void open_stateOfABackup_goesOnAfterTheLastRecordOfTheFile() throws IOException {
        write(3);
        byte[] head = vault.head();
        byte[] mark = vault.mark();
        write(4);
        vault.keep(head);
        vault.keepMark(mark);
        write(1);
        assertThat(verify(1).path("ok").asBoolean()).isTrue();
        assertThat(verify(1).path("records").asInt()).isEqualTo(8);
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

    private static byte[] joined(List<byte[]> lines) {
        var out = new ByteArrayOutputStream();
        lines.forEach(out::writeBytes);
        return out.toByteArray();
    }
}

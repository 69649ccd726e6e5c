package dev.iambroker.server.telemetry;

import static dev.iambroker.server.telemetry.AuditLogs.AT;
import static dev.iambroker.server.telemetry.AuditLogs.handOut;
import static dev.iambroker.server.telemetry.AuditLogs.json;
import static dev.iambroker.server.telemetry.AuditLogs.refusal;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import dev.iambroker.client.Program;
import dev.iambroker.event.AuditEvent;
import dev.iambroker.event.AuditUnavailable;
import dev.iambroker.event.Tally;
import dev.iambroker.server.telemetry.AuditLogs.Counts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What becomes a line and when, when it is on disk, and what a log that is required holds back. */
@Timeout(30)
final class AuditWriterTest {
    private final FakeVault vault = new FakeVault("the key of the store");
    private final AtomicLong nanos = new AtomicLong();
    private final Counts counts = new Counts();

    @TempDir
    private Path temp;

    private Path file() {
        return temp.resolve("audit.jsonl");
    }

    @Test
    void record_tenThousandEqualHandOuts_areTwoLinesThatCountThem() throws Exception {
        int room = 4_000;
        try (var audit = open(false)) {
            for (int i = 0; i < 10_000; i++) {
                audit.record(handOut(AT.plusMillis(i), "prod", "0123456789ab"));
                if (i % room == 0) {
                    awaitLines(1);
                }
            }
        }
        List<JsonNode> lines = lines();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0).has("count")).isFalse();
        assertThat(lines.get(1).path("count").asInt()).isEqualTo(9_999);
        assertThat(lines.get(1).path("first").asString())
                .isEqualTo(AT.plusMillis(1).toString());
        assertThat(lines.get(1).path("last").asString())
                .isEqualTo(AT.plusMillis(9_999).toString());
        assertThat(counts.gaps()).hasValue(0);
        assertThat(holders("0123456789ab").path(0).path("count").asInt()).isEqualTo(10_000);
        assertVerified(2);
    }

    @Test
    void record_whatDiffersInAnything_isALineOfItsOwn() throws Exception {
        AuditEvent base = handOut("prod", "0123456789ab");
        try (var audit = open(false)) {
            for (int i = 0; i < 3; i++) {
                audit.record(base);
                audit.record(handOut("prod", "0123456789ac"));
                audit.record(handOut("dev", "0123456789ab"));
                audit.record(refusal("prod"));
            }
        }
        assertThat(lines()).hasSize(8);
        assertThat(lines().subList(4, 8)).allMatch(line -> line.path("count").asInt() == 2);
    }

    /** A stranger begins processes as fast as it likes. */
    @Test
    void record_refusalsOfManyProcessesOfOneUser_areTwoLinesThatCountThem() throws Exception {
        try (var audit = open(false)) {
            for (int pid = 1; pid <= 1_000; pid++) {
                Program program = new Program("/tmp/p" + pid, null, null, null);
                audit.record(refusalTo(new Peer(1000, 1000, Set.of(), pid, pid * 7L, program)));
            }
            audit.record(refusalTo(new Peer(1001, 1000, Set.of(), 1, 7)));
        }
        assertThat(lines()).extracting(line -> line.path("count").asInt(1)).containsExactly(1, 1, 999);
    }

    private static AuditEvent refusalTo(Peer peer) {
        return new AuditEvent(AT, ClientIdentity.ofPeer(peer), "kube", "prod", null, false, "nobody");
    }

    @Test
    void record_repeatsOverAMinute_areALineAMinute() throws Exception {
        try (var audit = open(false)) {
            for (int minute = 0; minute < 3; minute++) {
                for (int i = 0; i < 5; i++) {
                    audit.record(handOut("prod", "0123456789ab"));
                }
                audit.record(handOut("mark-" + minute, "0123456789ab"));
                awaitLines(3L * minute + 2);
                nanos.addAndGet(Repeats.WINDOW.toNanos());
            }
        }
        assertThat(lines().stream()
                        .filter(line -> line.path("account").asString().equals("prod"))
                        .map(line -> line.path("count").asInt(1)))
                .containsExactly(1, 4, 1, 4, 1, 4);
    }

    /** A refusal is on disk, and counted by the head, at once; a hand-out within a second. */
    @Test
    void sync_refusalsSoonHandOutsWithinASecond() throws Exception {
        try (var audit = open(false)) {
            assertThat(headCount()).isZero();
            audit.record(handOut("prod", "0123456789ab"));
            awaitLines(1);
            nanos.addAndGet(AuditWriter.SYNC_OF_HAND_OUTS.minusMillis(500).toNanos());
            audit.record(handOut("dev", "0123456789ab"));
            awaitLines(2);
            assertThat(headCount()).isZero();
            nanos.addAndGet(Duration.ofMillis(500).toNanos());
            await(() -> headCount() == 2);
            audit.record(refusal("prod"));
            awaitLines(3);
            nanos.addAndGet(AuditWriter.SYNC_OF_REFUSALS.toNanos());
            await(() -> headCount() == 3);
        }
    }

    @Test
    void sync_headCannotBeKept_isTriedAgainAndTheLogGoesOn() throws Exception {
        try (var audit = open(false)) {
            vault.fail(true);
            audit.record(refusal("prod"));
            awaitLines(1);
            nanos.addAndGet(AuditWriter.SYNC_OF_REFUSALS.toNanos());
            audit.record(refusal("dev"));
            awaitLines(2);
            vault.fail(false);
            nanos.addAndGet(AuditWriter.SYNC_OF_HAND_OUTS.multipliedBy(2).toNanos());
            await(() -> headCount() == 2);
        }
        assertVerified(2);
    }

    @Test
    void require_eachHandOut_isALineBeforeItReturns() throws Exception {
        try (var audit = open(true)) {
            assertThat(audit.isRequired()).isTrue();
            for (int i = 1; i <= 20; i++) {
                audit.require(handOut("prod", "0123456789ab"));
                assertThat(lines()).hasSize(i);
            }
        }
        assertVerified(20);
    }

    /** Killed and cut off a moment after the hand-out: that second is what an attacker would take. */
    @Test
    void require_lastRecordCutOffAfterAKill_isFound() throws Exception {
        try (var audit = open(true)) {
            audit.require(handOut("a", "0123456789ab"));
            audit.require(handOut("b", "0123456789ab"));
            assertThat(headCount()).isEqualTo(2);
            String first = Files.readAllLines(file()).getFirst();
            Files.writeString(file(), first + "\n");
            assertThat(json(AuditReader.of(List.of(file()), vault).verify(1))
                            .path("fault")
                            .path("reason")
                            .asString(""))
                    .isEqualTo("record 2 is missing: the head counts 2");
        }
    }

    @Test
    void require_headCannotBeKept_isRefused() {
        try (var audit = open(true)) {
            vault.fail(true);
            assertThatThrownBy(() -> audit.require(handOut("a", "0123456789ab")))
                    .isInstanceOf(AuditUnavailable.class);
            vault.fail(false);
            assertThatCode(() -> audit.require(handOut("b", "0123456789ab"))).doesNotThrowAnyException();
            assertThat(headCount()).isEqualTo(2);
        }
    }

    @Test
    void require_manyAtOnce_shareOneSync() throws Exception {
        var isFirstWritten = new CountDownLatch(1);
        var mayGoOn = new CountDownLatch(1);
        var held = new Counts(() -> {
            isFirstWritten.countDown();
            try {
                mayGoOn.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        try (var audit = AuditLogs.open(file(), vault, true, nanos::get, held)) {
            int before = vault.saved();
            List<Thread> callers = new ArrayList<>();
            callers.add(Thread.ofPlatform().start(() -> audit.require(handOut("first", "0123456789ab"))));
            isFirstWritten.await();
            for (int i = 0; i < 50; i++) {
                callers.add(Thread.ofPlatform().start(() -> audit.require(handOut("prod", "0123456789ab"))));
            }
            await(() -> callers.stream().allMatch(caller -> caller.getState() == Thread.State.TIMED_WAITING));
            mayGoOn.countDown();
            for (Thread caller : callers) {
                caller.join();
            }
            assertThat(vault.saved() - before).isEqualTo(2);
        }
        assertVerified(51);
    }

    @Test
    void require_fullDisk_refusesUntilThereIsRoomAgain() throws Exception {
        var disk = new FullableDisk();
        try (var audit = open(true, disk)) {
            disk.isFull = true;
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> audit.require(handOut("prod", "0123456789ab")))
                        .isInstanceOf(AuditUnavailable.class);
            }
            assertThat(lines()).isEmpty();
            disk.isFull = false;
            assertThatCode(() -> audit.require(handOut("prod", "0123456789ab"))).doesNotThrowAnyException();
            assertThat(lines()).hasSize(1);
        }
        assertThat(counts.gaps()).hasValue(0);
        assertVerified(1);
    }

    @Test
    void record_fullDisk_countsWhatIsMissedAndTheNextLineSaysIt() throws Exception {
        var disk = new FullableDisk();
        try (var audit = open(false, disk)) {
            audit.record(handOut("a", "0123456789ab"));
            awaitLines(1);
            disk.isFull = true;
            for (int i = 0; i < 5; i++) {
                audit.record(handOut("b", "0123456789ab"));
            }
            await(() -> counts.gaps().get() == 5);
            disk.isFull = false;
            audit.record(handOut("c", "0123456789ab"));
            awaitLines(2);
        }
        assertThat(lines().get(1).path("missed").asInt()).isEqualTo(5);
        JsonNode verdict = json(AuditReader.of(List.of(file()), vault).verify(1));
        assertThat(verdict.path("ok").asBoolean()).isTrue();
        assertThat(verdict.path("missed").asInt()).isEqualTo(5);
        assertThat(verdict.path("notes").toString()).contains("5 events were missed");
    }

    @Test
    void recordFirst_repeatsCountedWhereTheyHappen_areOneLineWhenTheMinuteIsOver() throws Exception {
        try (var audit = open(false)) {
            Tally tally = Objects.requireNonNull(audit.recordFirst(handOut("prod", "0123456789ab")));
            awaitLines(1);
            for (int i = 1; i <= 10_000; i++) {
                assertThat(tally.count(AT.toEpochMilli() + i)).isTrue();
            }
            // Another connection of the same process, and an event by itself.
            Tally second = Objects.requireNonNull(audit.recordFirst(handOut("prod", "0123456789ab")));
            assertThat(second.count(AT.toEpochMilli() + 20_000)).isTrue();
            audit.record(handOut("prod", "0123456789ab"));
            audit.record(refusal("dev"));
            awaitLines(2);
            nanos.addAndGet(Repeats.WINDOW.toNanos());
            audit.record(refusal("prod"));
            awaitLines(4);
            assertThat(tally.count(0)).isFalse();
            assertThat(second.count(0)).isFalse();
        }
        JsonNode counted = lines().get(2);
        assertThat(counted.path("count").asInt()).isEqualTo(10_003);
        assertThat(counted.path("first").asString()).isEqualTo(AT.toString());
        assertThat(counted.path("last").asString()).isEqualTo(AT.plusSeconds(20).toString());
        assertThat(counts.gaps()).hasValue(0);
        assertVerified(4);
    }

    @Test
    void recordFirst_closed_whatWasCountedIsOnRecord() throws Exception {
        var audit = open(false);
        Tally tally = Objects.requireNonNull(audit.recordFirst(handOut("prod", "0123456789ab")));
        assertThat(tally.count(AT.toEpochMilli() + 1)).isTrue();
        audit.close();
        assertThat(tally.count(AT.toEpochMilli() + 2)).isFalse();
        assertThat(audit.recordFirst(handOut("prod", "0123456789ab"))).isNull();
        assertThat(lines()).hasSize(2);
        assertThat(lines().get(1).path("count").asInt(1)).isEqualTo(1);
    }

    @Test
    void recordFirst_lineThatCannotBeWritten_itsRepeatsAreMissedToo() throws Exception {
        var disk = new FullableDisk();
        try (var audit = open(false, disk)) {
            disk.isFull = true;
            Tally tally = Objects.requireNonNull(audit.recordFirst(handOut("prod", "0123456789ab")));
            await(() -> counts.gaps().get() == 1);
            // Counted or an event of its own, and missed either way.
            if (!tally.count(AT.toEpochMilli())) {
                audit.record(handOut("prod", "0123456789ab"));
                await(() -> counts.gaps().get() == 2);
            }
            disk.isFull = false;
            audit.record(handOut("dev", "0123456789ab"));
            awaitLines(1);
        }
        assertThat(lines().getFirst().path("missed").asInt()).isEqualTo(2);
    }

    /** Whoever counts and whoever takes over what was counted are two threads: none is lost, none is told twice. */
    @Test
    void recordFirst_countedWhileMinutesEnd_isAllOnRecord() throws Exception {
        long events = 0;
        try (var audit = open(false)) {
            Tally tally = null;
            for (int i = 0; i < 20_000; i++) {
                if (i % 100 == 0) {
                    nanos.addAndGet(Repeats.WINDOW.toNanos());
                    audit.record(refusal("prod"));
                    events++;
                }
                if (tally == null || !tally.count(AT.toEpochMilli())) {
                    tally = audit.recordFirst(handOut("prod", "0123456789ab"));
                }
                events++;
            }
        }
        long told = lines().stream()
                .mapToLong(line ->
                        line.path("count").asLong(1) + line.path("missed").asLong(0))
                .sum();
        assertThat(told).isEqualTo(events);
    }

    /** A client may come by a new connection each time, and ask twice: its repeats come as events then. */
    @Test
    void recordFirst_moreThanCanBeKept_areCountedAllTheSame() throws Exception {
        try (var audit = open(false)) {
            for (int i = 0; i < 10_000; i++) {
                Tally tally = audit.recordFirst(handOut("prod", "0123456789ab"));
                if (tally == null || !tally.count(AT.toEpochMilli())) {
                    audit.record(handOut("prod", "0123456789ab"));
                }
                if (i % 2_000 == 0) {
                    awaitLines(1);
                }
            }
        }
        long told = lines().stream()
                .mapToLong(line ->
                        line.path("count").asLong(1) + line.path("missed").asLong(0))
                .sum();
        assertThat(told).isEqualTo(20_000);
    }

    @Test
    void require_afterClose_isRefused() {
        var audit = open(true);
        audit.close();
        assertThatThrownBy(() -> audit.require(handOut("prod", "0123456789ab"))).isInstanceOf(AuditUnavailable.class);
    }

    @Test
    void reopen_fileMovedAway_goesOnInANewOneWithoutALineLost() throws Exception {
        Path moved = temp.resolve("audit.jsonl.1");
        try (var audit = open(false)) {
            audit.record(handOut("a", "0123456789ab"));
            awaitLines(1);
            audit.reopen();
            audit.record(handOut("b", "0123456789ab"));
            awaitLines(2);
            Files.move(file(), moved);
            audit.record(handOut("c", "0123456789ab"));
            awaitLines(moved, 3);
            audit.reopen();
            audit.record(handOut("d", "0123456789ab"));
            awaitLines(1);
            JsonNode live = json(audit.reader().verify(4));
            assertThat(live.path("ok").asBoolean()).as("%s", live).isTrue();
        }
        JsonNode both = json(AuditReader.of(List.of(moved, file()), vault).verify(1));
        assertThat(both.path("ok").asBoolean()).as("%s", both).isTrue();
        assertThat(both.path("records").asInt()).isEqualTo(4);
    }

    /** The daemon knows of every record that it wrote, also of those that the head does not count yet. */
    @Test
    void reader_lastRecordCutOffBeforeItsSync_isFoundWhileTheBrokerRuns() throws Exception {
        try (var audit = open(false)) {
            audit.record(handOut("a", "0123456789ab"));
            audit.record(handOut("b", "0123456789ab"));
            awaitLines(2);
            String first = Files.readAllLines(file()).getFirst();
            Files.writeString(file(), first + "\n");
            assertThat(json(audit.reader().verify(1))
                            .path("fault")
                            .path("reason")
                            .asString(""))
                    .isEqualTo("record 2 is missing: the head counts 2");
        }
    }

    @Test
    void reader_records_areTheLastOnesOrThoseAfterANumber() throws Exception {
        try (var audit = open(false)) {
            for (int i = 1; i <= 30; i++) {
                audit.record(handOut("a" + i, "0123456789ab"));
            }
            awaitLines(30);
            assertThat(sequences(audit.reader().records(3, -1))).containsExactly(28, 29, 30);
            assertThat(sequences(audit.reader().records(3, 10))).containsExactly(11, 12, 13);
            assertThat(sequences(audit.reader().records(100, 28))).containsExactly(29, 30);
            assertThat(sequences(audit.reader().records(100, 30))).isEmpty();
            assertThat(json(audit.reader().records(3, 10)).path("more").asBoolean())
                    .isTrue();
        }
    }

    @Test
    void reader_longLog_answersABoundedPart() throws Exception {
        try (var audit = open(false)) {
            for (int i = 1; i <= 5000; i++) {
                audit.record(handOut("a" + i, "0123456789ab"));
            }
        }
        byte[] answer = AuditReader.of(List.of(file()), vault).records(1_000, -1);
        assertThat(sequences(answer)).hasSize(1_000).endsWith(5000);
        assertThat(answer.length).isLessThan(1 << 20);
        assertThat(json(AuditReader.of(List.of(file()), vault).holders("01234"))
                        .path("more")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void reader_holders_areThoseWhoGotIt() throws Exception {
        try (var audit = open(false)) {
            audit.record(handOut(AT, "prod", "aaaaaa111111"));
            audit.record(handOut(AT.plusSeconds(1), "prod", "aaaaaa111111"));
            audit.record(handOut(AT.plusSeconds(2), "prod", "aaaaaa222222"));
            audit.record(refusal("aaaaaa111111"));
        }
        assertThat(holders("aaaaaa111111")).hasSize(1);
        JsonNode holder = holders("aaaaaa111111").get(0);
        assertThat(holder.path("uid").asInt()).isEqualTo(1000);
        assertThat(holder.path("pid").asInt()).isEqualTo(4242);
        assertThat(holder.path("count").asInt()).isEqualTo(2);
        assertThat(holder.path("first").asString()).isEqualTo(AT.toString());
        assertThat(holder.path("last").asString()).isEqualTo(AT.plusSeconds(1).toString());
        assertThat(holder.has("prev")).isFalse();
        assertThat(holders("aaaaaa")).hasSize(2);
        assertThat(holders("bbbbbb")).isEmpty();
    }

    private JsonNode holders(String prefix) {
        return json(AuditReader.of(List.of(file()), vault).holders(prefix)).path("holders");
    }

    private static List<Integer> sequences(byte[] answer) {
        return json(answer)
                .path("records")
                .valueStream()
                .map(record -> record.path("seq").asInt())
                .toList();
    }

    private void assertVerified(int records) {
        JsonNode verdict = json(AuditReader.of(List.of(file()), vault).verify(1));
        assertThat(verdict.path("ok").asBoolean()).as("%s", verdict).isTrue();
        assertThat(verdict.path("records").asInt()).isEqualTo(records);
    }

    private long headCount() {
        byte[] head = vault.head();
        return head == null ? -1 : json(head).path("count").asLong();
    }

    private List<JsonNode> lines() throws IOException {
        return Files.readAllLines(file(), US_ASCII).stream()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
    }

    private void awaitLines(long count) {
        awaitLines(file(), count);
    }

    private static void awaitLines(Path path, long count) {
        await(() -> {
            try {
                return Files.exists(path) && Files.readAllLines(path, US_ASCII).size() >= count;
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            if (Thread.interrupted()) {
                throw new AssertionError("waited in vain");
            }
            Thread.onSpinWait();
        }
    }

    private HashChainedAuditLog open(boolean isRequired) {
        return AuditLogs.open(file(), vault, isRequired, nanos::get, counts);
    }

    private HashChainedAuditLog open(boolean isRequired, AuditFile.Opener disk) {
        var settings = new HashChainedAuditLog.Settings(file(), isRequired, vault);
        return HashChainedAuditLog.open(settings, AuditFile.open(file(), vault, disk), Thread::new, counts, nanos::get);
    }
}

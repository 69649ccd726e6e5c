package dev.iambroker.server.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import dev.iambroker.event.AuditEvent;
import dev.iambroker.event.AuditEvent.Source;
import dev.iambroker.store.StoreFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class HashChainedAuditLogTest {
    private static final Instant AT = Instant.parse("2026-03-01T10:00:00.123Z");
    private static final ClientIdentity PROCESS = ClientIdentity.ofPeer(new Peer(1000, 1001, Set.of(), 4242, 77));
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final FakeVault vault = new FakeVault("the key of the store");

    @TempDir
    private Path temp;

    private Path file = Path.of("");

    @BeforeEach
    void nameFile() {
        file = temp.resolve("audit.jsonl");
    }

    @Test
    void record_events_areLinesWithEveryField() throws Exception {
        try (var audit = open()) {
            audit.record(
                    new AuditEvent(AT, PROCESS, "kube", "prod", "c1", true, "owner", Source.MINTED, "0123456789ab"));
            var overTcp = ClientIdentity.ofSecret(Set.of("ci", "b"));
            audit.record(new AuditEvent(AT, overTcp, "access", "dev", null, false, "ci"));
        }
        assertThat(Files.readString(file)
                        .lines()
                        .map(line -> line.replaceFirst(",\"prev\":\"[0-9a-f]{64}\",\"mac\":\"[0-9a-f]{64}\"}", "")))
                .containsExactly(
                        "{\"seq\":1,\"time\":\"2026-03-01T10:00:00.123Z\",\"uid\":1000,\"gid\":1001,\"pid\":4242,\"start\":77,"
                                + "\"clients\":[],\"action\":\"kube\",\"account\":\"prod\",\"cluster\":\"c1\","
                                + "\"allowed\":true,\"rule\":\"owner\",\"source\":\"minted\",\"fingerprint\":\"0123456789ab\"",
                        "{\"seq\":2,\"time\":\"2026-03-01T10:00:00.123Z\",\"uid\":null,\"gid\":null,\"pid\":null,\"start\":null,"
                                + "\"clients\":[\"b\",\"ci\"],\"action\":\"access\",\"account\":\"dev\","
                                + "\"cluster\":null,\"allowed\":false,\"rule\":\"ci\",\"source\":null,\"fingerprint\":null");
    }

    @Test
    void record_manyOverRestarts_isOneUnbrokenChainInAPrivateFile() throws Exception {
        int expected = 0;
        for (int start = 0; start < 4; start++) {
            try (var audit = open()) {
                for (int i = 0; i < 500; i++) {
                    audit.record(event("account-" + expected++));
                }
            }
        }
        assertChain(expected);
        assertThat(modeOf(file)).isEqualTo("rw-------");
    }

    @Test
    void record_oneLineChangedRemovedOrAdded_breaksTheChain() throws Exception {
        try (var audit = open()) {
            for (int i = 0; i < 5; i++) {
                audit.record(event("a" + i));
            }
        }
        List<String> good = Files.readAllLines(file);
        List<String> changed = new ArrayList<>(good);
        changed.set(2, good.get(2).replace("\"a2\"", "\"b2\""));
        List<String> removed = new ArrayList<>(good);
        removed.remove(2);
        List<String> added = new ArrayList<>(good);
        added.add(2, good.get(2));
        assertThat(firstBreak(good)).isEqualTo(-1);
        assertThat(firstBreak(changed)).isEqualTo(3);
        assertThat(firstBreak(removed)).isEqualTo(2);
        assertThat(firstBreak(added)).isEqualTo(3);
    }

    @Test
    void record_hostileNames_areEscapedBoundedAndAscii() throws Exception {
        String hostile = "x\"}\n{\"seq\":9}\u001b[2J\u009b2J\u202e\ud83d" + "y".repeat(100_000);
        try (var audit = open()) {
            audit.record(new AuditEvent(AT, PROCESS, "access", hostile, hostile, false, "nobody"));
        }
        byte[] content = Files.readAllBytes(file);
        assertThat(content).hasSizeLessThan(1_700);
        for (byte b : content) {
            assertThat(b == '\n' || (b >= ' ' && b <= '~')).isTrue();
        }
        assertThat(Files.readAllLines(file)).hasSize(1);
        JsonNode line = JSON.readTree(content);
        assertThat(line.path("account").stringValue())
                .startsWith("x\"}\n{\"seq\":9}\u001b[2J")
                .hasSize(129);
    }

    /** Of a line that the head does not count yet. */
    @Test
    void open_tornLastLine_isKeptAsideAndTheChainGoesOn() throws Exception {
        try (var audit = open()) {
            audit.record(event("a"));
        }
        byte[] head = vault.head();
        byte[] mark = vault.mark();
        try (var audit = open()) {
            audit.record(event("b"));
        }
        byte[] whole = Files.readAllBytes(file);
        for (int lost : List.of(1, 2, 100)) {
            vault.keep(head);
            vault.keepMark(mark);
            Path torn = temp.resolve("torn-" + lost + ".jsonl");
            Files.write(torn, Arrays.copyOf(whole, whole.length - lost));
            try (var audit = open(torn)) {
                audit.record(event("c"));
            }
            assertThat(firstBreak(Files.readAllLines(torn))).isEqualTo(-1);
            assertThat(Files.readAllLines(torn)).hasSize(2);
            Path aside = temp.resolve("torn-" + lost + ".jsonl.torn-1");
            assertThat(Files.readString(aside)).startsWith("{\"seq\":2,").hasSizeGreaterThan(100);
            assertThat(modeOf(aside)).isEqualTo("rw-------");
        }
    }

    @Test
    void open_zeroesAfterALossOfPower_areKeptAside() throws Exception {
        try (var audit = open()) {
            audit.record(event("a"));
        }
        Files.write(file, new byte[4096], StandardOpenOption.APPEND);
        Files.writeString(file, "\nnoise\n", StandardOpenOption.APPEND);
        try (var audit = open()) {
            audit.record(event("b"));
        }
        assertChain(2);
        assertThat(Files.size(temp.resolve("audit.jsonl.torn-1"))).isEqualTo(4096 + 7);
    }

    @Test
    void open_largeFileThatIsNoAuditLog_isRefusedUntouched() throws IOException {
        Files.writeString(file, "not ours\n".repeat(20_000));
        long size = Files.size(file);
        assertThatThrownBy(this::open).isInstanceOf(StoreFailure.class).hasMessageContaining(file.toString());
        assertThat(file).hasSize(size);
    }

    @Test
    void open_missingDirectory_isRefusedByName() {
        assertThatThrownBy(() -> open(temp.resolve("none/audit.jsonl")))
                .isInstanceOf(StoreFailure.class)
                .hasMessageContaining("none/audit.jsonl")
                .hasMessageContaining("check audit.file");
    }

    @Test
    void record_writerHeldUp_neverBlocksAndTheNextLineCountsWhatWasMissed() throws Exception {
        int room = 16 * 1024;
        var isHeld = new CountDownLatch(1);
        var isWriting = new CountDownLatch(1);
        var written = new AtomicInteger();
        try (var audit = open(file, false, () -> {
            written.incrementAndGet();
            isWriting.countDown();
            await(isHeld);
        })) {
            audit.record(event("first"));
            isWriting.await();
            for (int i = 0; i < room + 7; i++) {
                audit.record(event("more-" + i));
            }
            isHeld.countDown();
        }
        assertThat(written).hasValue(room + 1);
        assertChain(room + 1);
        assertThat(JSON.readTree(Files.readAllLines(file).get(1)).path("missed").intValue())
                .isEqualTo(7);
    }

    /** What is written into a pipe is gone, or waits for a reader for ever. */
    @Test
    void open_pipe_refusedAtOnce() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", "-m", "644", file.toString())
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
        assertThatThrownBy(this::open)
                .isInstanceOf(StoreFailure.class)
                .hasMessage("the audit log " + file
                        + " is no regular file: move away what is there, or name another audit.file");
        assertThat(modeOf(file)).isEqualTo("rw-r--r--");
    }

    @Test
    void open_link_refusedAndItsTargetUntouched() throws Exception {
        Path target = Files.createFile(
                temp.resolve("target"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")));
        Files.createSymbolicLink(file, target);
        assertThatThrownBy(this::open).isInstanceOf(StoreFailure.class).hasMessageContaining("is no regular file");
        assertThat(target).isEmptyFile();
        assertThat(modeOf(target)).isEqualTo("rw-r--r--");
    }

    @Test
    void record_afterClose_changesNothing() throws IOException {
        var audit = open();
        audit.close();
        audit.close();
        audit.record(event("late"));
        assertThat(file).isEmptyFile();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void assertChain(int expected) throws Exception {
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(expected);
        assertThat(firstBreak(lines)).isEqualTo(-1);
    }

    /** As an auditor would check it: index of the first line that does not follow the one before, -1 where all do. */
    private static int firstBreak(List<String> lines) throws Exception {
        String previous = "0".repeat(64);
        for (int i = 0; i < lines.size(); i++) {
            JsonNode line = JSON.readTree(lines.get(i));
            boolean follows = line.path("prev").stringValue().equals(previous)
                    && line.path("seq").intValue() == i + 1;
            if (!follows) {
                return i;
            }
            byte[] digest = MessageDigest.getInstance("SHA-256").digest((lines.get(i) + "\n").getBytes(UTF_8));
            previous = HexFormat.of().formatHex(digest);
        }
        return -1;
    }

    private static AuditEvent event(String account) {
        return new AuditEvent(AT, PROCESS, "access", account, null, true, "owner", null, "0123456789ab");
    }

    private HashChainedAuditLog open() {
        return open(file);
    }

    private HashChainedAuditLog open(Path path) {
        return open(path, false, () -> {});
    }

    private HashChainedAuditLog open(Path path, boolean isRequired, Runnable onRecord) {
        return AuditLogs.open(path, vault, isRequired, System::nanoTime, new AuditLogs.Counts(onRecord));
    }

    private static String modeOf(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}

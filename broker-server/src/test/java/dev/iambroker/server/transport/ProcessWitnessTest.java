package dev.iambroker.server.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.client.Peer;
import dev.iambroker.client.Program;
import dev.iambroker.policy.Fact;
import dev.iambroker.server.http.Witness;
import dev.iambroker.server.os.ProcFs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a witness says of a process, over a /proc of the test's own and over the kernel's. */
final class ProcessWitnessTest {
    private static final Set<Fact> ALL = EnumSet.allOf(Fact.class);
    private static final int PID = 42;
    private static final long START = 1000;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @TempDir
    Path temp;

    private Path proc;
    private Path trusted;
    private Path evil;
    private Witnesses witnesses;

    @BeforeEach
    void makeProcess() throws IOException {
        proc = Files.createDirectory(temp.resolve("proc"));
        trusted = Files.writeString(temp.resolve("trusted"), "a program that rules trust");
        evil = Files.writeString(temp.resolve("evil"), "a program that no rule trusts");
        witnesses = new Witnesses(new ProcFs(proc), threads);
        start(PID, START, trusted);
    }

    @AfterEach
    void stop() {
        threads.shutdown();
    }

    private void start(int pid, long startTime, Path exe) throws IOException {
        Path process = Files.createDirectories(proc.resolve(Integer.toString(pid)));
        String fields = "S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 ";
        Files.writeString(process.resolve("stat"), pid + " (x) " + fields + startTime + " 20\n");
        cgroup("/system.slice/build.service");
        executes(pid, exe);
    }

    private void cgroup(String path) throws IOException {
        Files.writeString(proc.resolve(PID + "/cgroup"), "0::" + path + "\n");
    }

    private void executes(int pid, Path exe) throws IOException {
        Path link = proc.resolve(pid + "/exe");
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, exe);
    }

    private static Peer peer() {
        return new Peer(1000, 1000, Set.of(), PID, START);
    }

    private Witness atAccept() {
        return witnesses.witness(peer(), () -> true);
    }

    private static String sha256(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }

    @Test
    void look_processThatStaysWhatItIs_allOfIt() throws Exception {
        Witness witness = atAccept();

        assertThat(witness.look(ALL))
                .isEqualTo(new Program(
                        trusted.toString(), sha256(trusted), "build.service", "/system.slice/build.service"));
        assertThat(witness.isUnchanged()).isTrue();
    }

    @Test
    void look_contentNotAsked_isNotRead() {
        assertThat(atAccept().look(Set.of(Fact.EXE)).exeSha256()).isNull();
    }

    /** Connects, hands the connection to a child, and executes what a rule trusts. */
    @Test
    void look_anotherProgramThanAtAccept_isNotTrusted() throws IOException {
        executes(PID, evil);
        Witness witness = atAccept();
        executes(PID, trusted);

        assertThat(witness.look(ALL)).isEqualTo(Program.UNREADABLE);
        assertThat(witness.isUnchanged()).isFalse();
    }

    @Test
    void isUnchanged_anotherProgramBeforeTheAnswer_isNot() throws IOException {
        Witness witness = atAccept();
        assertThat(witness.look(ALL).exe()).isEqualTo(trusted.toString());
        executes(PID, evil);
        assertThat(witness.isUnchanged()).isFalse();
    }

    @Test
    void isUnchanged_anotherUnitBeforeTheAnswer_isNot() throws IOException {
        Witness witness = atAccept();
        witness.look(Set.of(Fact.UNIT));
        cgroup("/system.slice/other.service");
        assertThat(witness.isUnchanged()).isFalse();
    }

    @Test
    void isUnchanged_processGone_isNot() throws IOException {
        Witness witness = atAccept();
        witness.look(Set.of(Fact.UNIT));
        Files.delete(proc.resolve(PID + "/stat"));
        assertThat(witness.isUnchanged()).isFalse();
    }

    /** The pid belongs to a trusted process by now, which began later. */
    @Test
    void look_pidUsedAgain_isNotFooled() throws IOException {
        executes(PID, evil);
        Witness witness = atAccept();
        start(PID, START + 1, trusted);
        assertThat(witness.look(ALL)).isEqualTo(Program.UNREADABLE);
        assertThat(witness.isUnchanged()).isFalse();
    }

    @Test
    void look_pidUsedAgainBeforeTheAnswer_isNotFooled() throws IOException {
        Witness witness = atAccept();
        assertThat(witness.look(ALL).exe()).isNotNull();
        start(PID, START + 1, trusted);
        assertThat(witness.isUnchanged()).isFalse();
    }

    /** The peer was gone before it was accepted: the start time read then is already another process's. */
    @Test
    void look_pidUsedAgainBeforeAccept_isToldByTheDescriptorOfTheProcess() {
        Witness witness = witnesses.witness(peer(), () -> false);
        assertThat(witness.look(ALL)).isEqualTo(Program.UNREADABLE);
    }

    @Test
    void look_startTimeUnknown_nothing() {
        Peer unpinned = new Peer(1000, 1000, Set.of(), PID, ProcFs.UNKNOWN);
        assertThat(witnesses.witness(unpinned, () -> true).look(ALL)).isEqualTo(Program.UNREADABLE);
    }

    /** In mounts of its own a user puts any file at any path. */
    @Test
    void look_pathThatLeadsToAnotherFileHere_exeIsUnknown() throws IOException {
        Path shadow = Files.createDirectory(temp.resolve("shadow"));
        Path process = proc.resolve(Integer.toString(PID));
        Path nowhere = Path.of("/usr/bin/no-such-program-of-this-machine");
        Files.delete(process.resolve("exe"));
        Files.createSymbolicLink(process.resolve("exe"), nowhere);
        Program program = atAccept().look(Set.of(Fact.EXE));
        assertThat(program.exe()).isNull();
        assertThat(program.unit()).isEqualTo("build.service");
        assertThat(shadow).isDirectory();
    }

    @Test
    void look_connectedBeforeAnyRuleAsked_whatItRunsByNowSaysNothing() throws IOException {
        executes(PID, evil);
        Witness witness = witnesses.lateWitness(peer());
        executes(PID, trusted);

        assertThat(witness.isTooLate()).isTrue();
        assertThat(witness.look(ALL)).isEqualTo(Program.UNREADABLE);
        assertThat(witness.isUnchanged()).isFalse();
        assertThat(atAccept().isTooLate()).isFalse();
    }

    @Test
    void look_anotherPidNamespace_nothingAndSaidOnce() {
        Peer foreign = new Peer(1000, 1000, Set.of(), 0, ProcFs.UNKNOWN);
        try (var log = new CapturedLog(Witnesses.class)) {
            for (int i = 0; i < 3; i++) {
                assertThat(witnesses.witness(foreign, () -> true).look(ALL)).isEqualTo(Program.UNREADABLE);
            }
            assertThat(log.lines()).singleElement().asString().contains("uid 1000", "another pid namespace");
        }
    }

    /** A real process of the kernel's that executes another program in place. */
    @Test
    void real_execInPlace_isSeen() throws Exception {
        ProcFs real = new ProcFs();
        Process process = new ProcessBuilder("/bin/sh", "-c", "read line; exec sleep 60").start();
        try {
            int pid = (int) process.pid();
            Peer child = new Peer(0, 0, Set.of(), pid, real.startTime(pid));
            Witness witness = new Witnesses(real, threads).witness(child, () -> true);
            Program before = witness.look(ALL);
            assertThat(before.exe()).isEqualTo(Path.of("/bin/sh").toRealPath().toString());
            assertThat(before.exeSha256()).isEqualTo(sha256(Path.of("/bin/sh")));
            assertThat(witness.isUnchanged()).isTrue();

            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
            awaitOtherThan(String.valueOf(before.exe()), real, pid);

            assertThat(witness.isUnchanged()).isFalse();
        } finally {
            process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
    }

    private static void awaitOtherThan(String exe, ProcFs real, int pid) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (real.exe(pid).equals(exe)) {
            assertThat(System.nanoTime() - deadline).isNegative();
            Thread.onSpinWait();
        }
    }
}

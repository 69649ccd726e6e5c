package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.it.harness.Checkout;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.HeapDump;
import dev.iambroker.it.harness.Needs;
import dev.iambroker.it.harness.OtherUser;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Another program of the very user who runs the daemon, with the tools that read processes. An ordinary user: root may look
 * into anything.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ProcessProtectionIT {

    /** What {@code timeout} makes of it. */
    private static final int ENDED_BY_TIMEOUT = 124;

    /** Of this part of the daemon; another part warns of a key that is not configured. */
    private static final String WARNING = " WARN  ProcessProtection:";

    private static final int SIGNALLED = 128;

    private final EmulatedCloud cloud = SampleCloud.start();
    private final Workplace place;

    ProcessProtectionIT() throws IOException {
        place = Workplace.create();
    }

    @BeforeAll
    void prepare() throws Exception {
        Needs.root("to run a daemon as an ordinary user");
        Needs.program("setpriv", "util-linux");
        place.secret("key", EmulatedCloud.PROD_API_KEY);
        place.configure(
                cloud.emulator(),
                "log: { level: debug }\naccounts: { prod: { api-key: { file: key }, account-id: "
                        + EmulatedCloud.PROD_ACCOUNT + " } }\n");
        // The checkout may lie where nobody else can go.
        ran("cp", "-r", Checkout.distribution(), place.directory().resolve("dist"));
        ran("chown", "-R", OtherUser.NOBODY + ":" + OtherUser.NOBODY, place.directory());
    }

    @AfterAll
    void stop() throws IOException {
        place.close();
        cloud.close();
    }

    private static void ran(Object... command) throws IOException, InterruptedException {
        Ran ran = Program.of(command).run();
        assertThat(ran.exitCode()).as(ran.all()).isZero();
    }

    private Program asNobody(Object... command) {
        return OtherUser.nobody(command).env("HOME", place.directory()).in(place.directory());
    }

    private Program daemon() {
        return asNobody(place.directory().resolve("dist/bin/iam-broker"), "serve", "--config", place.configFile());
    }

    /** With a token in its memory, and everything in force. */
    private Daemon serve(Program program) throws IOException, InterruptedException {
        Daemon daemon = place.serve(program);
        assertThat(place.http().get("/v1/accounts/prod/token").status()).isEqualTo(200);
        daemon.awaitLog("in force: ");
        return daemon;
    }

    @Test
    void debuggers_sameUser_cannotAttach() throws Exception {
        Needs.program("strace", "strace");
        Needs.program("gdb", "gdb");
        try (Daemon daemon = serve(daemon())) {
            assumeTrue(otherProcessIsAttachedTo(), "this kernel lets no ordinary user attach to anything");

            Ran strace = strace(daemon.pid());
            assertThat(strace.exitCode()).as(strace.all()).isEqualTo(1);
            assertThat(strace.err()).contains("Operation not permitted");
            Ran gdb = asNobody("gdb", "-nx", "-batch", "-p", daemon.pid()).run();
            assertThat(gdb.all()).contains("Operation not permitted");
            assertThat(daemon.isAlive()).isTrue();
        }
    }

    /** Whoever is attached when the protection begins stays attached. */
    @Test
    void start_protectionIsInForce_beforeTheStateIsOpenedAndAnybodyServed() throws Exception {
        try (Daemon daemon = serve(daemon())) {
            assertThat(daemon.log().indexOf("in force: "))
                    .as(daemon.log())
                    .isNotNegative()
                    .isLessThan(daemon.log().indexOf("no state.key is configured"))
                    .isLessThan(daemon.log().indexOf("serves 1 account"));
        }
    }

    private boolean otherProcessIsAttachedTo() throws IOException, InterruptedException {
        Process other = asNobody("sleep", "60")
                .start(
                        Redirect.PIPE,
                        place.directory().resolve("sleep.out"),
                        place.directory().resolve("sleep.err"));
        try {
            return strace(other.pid()).exitCode() == ENDED_BY_TIMEOUT;
        } finally {
            other.destroyForcibly();
        }
    }

    /** Would stay attached until its time is over. */
    private Ran strace(long pid) throws IOException, InterruptedException {
        return asNobody("timeout", "15", "strace", "-o", "/dev/null", "-p", pid).run();
    }

    @Test
    void memoryAndEnvironment_sameUser_unreadable() throws Exception {
        try (Daemon daemon = serve(daemon())) {
            for (String secret : List.of("mem", "environ", "maps", "auxv", "fd/0", "root/etc/hostname")) {
                Ran read = asNobody("head", "-c1", "/proc/" + daemon.pid() + "/" + secret)
                        .run();
                assertThat(read.exitCode()).as(secret).isNotZero();
                assertThat(read.err()).as(secret).contains("Permission denied");
            }
            // What everybody may know of everybody.
            assertThat(asNobody("cat", "/proc/" + daemon.pid() + "/stat").run().exitCode())
                    .isZero();
        }
    }

    @Test
    void jcmd_sameUser_cannotAttach() throws Exception {
        try (Daemon daemon = serve(daemon())) {
            Ran jcmd = asNobody("timeout", "20")
                    .with(HeapDump.jcmd(daemon.pid(), "Thread.print").words().toArray())
                    .run();
            assertThat(jcmd.exitCode()).as(jcmd.all()).isNotZero();
            assertThat(jcmd.out()).doesNotContain("Full thread dump");
            // Nor root, who may read it by other means: the JVM opens no door.
            Ran byRoot = HeapDump.jcmd(daemon.pid(), "Thread.print").run();
            assertThat(byRoot.exitCode()).as(byRoot.all()).isNotZero();
            assertThat(daemon.isAlive()).isTrue();
        }
    }

    @Test
    void abort_sameUser_leavesNoCore() throws Exception {
        Needs.program("gcore", "gdb");
        Set<Path> before = files();
        try (Daemon daemon = serve(daemon())) {
            assertThat(proc(daemon, "limits")).containsPattern("(?m)^Max core file size +0 +0 ");
            Ran gcore = asNobody("gcore", "-o", place.directory().resolve("core"), daemon.pid())
                    .run();
            assertThat(gcore.exitCode()).as(gcore.all()).isNotZero();
            Ran abort = asNobody("sh", "-c", "kill -ABRT " + daemon.pid()).run();
            assertThat(abort.exitCode()).as(abort.all()).isZero();
            assertThat(daemon.awaitExit()).isEqualTo(SIGNALLED + 6);
            assertThat(daemon.log() + daemon.output()).doesNotContain(EmulatedCloud.PROD_API_KEY, "eyJ");
        }
        assertThat(files())
                .filteredOn(file -> !before.contains(file))
                .noneMatch(file -> file.getFileName().toString().contains("core"))
                .noneMatch(file -> file.getFileName().toString().startsWith("hs_err"));
    }

    private Set<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(place.directory())) {
            return files.collect(Collectors.toSet());
        }
    }

    @Test
    void quit_sameUser_printsThreadsAndNoSecret() throws Exception {
        try (Daemon daemon = serve(daemon())) {
            String token = place.http().get("/v1/accounts/prod/token").text("access_token");
            daemon.signal("QUIT");
            daemon.await("the threads to be printed", () -> output(daemon).contains("Full thread dump"));
            daemon.terminate();
            assertThat(daemon.awaitExit()).isZero();

            assertThat(daemon.output() + daemon.log())
                    .contains("iam-broker-io")
                    .doesNotContain(EmulatedCloud.PROD_API_KEY)
                    .doesNotContain(token.substring(0, token.indexOf('.')));
        }
    }

    private static String output(Daemon daemon) {
        try {
            return daemon.output();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void memoryOfSecrets_whileItServes_isLockedAndLeftOutOfDumps() throws Exception {
        try (Daemon daemon = serve(daemon())) {
            assertThat(flagsOfMappings(daemon))
                    .anySatisfy(flags -> assertThat(flags).contains("lo", "dd", "wf"));
            assertThat(proc(daemon, "status")).containsPattern("(?m)^VmLck:\\s+(6[4-9]|[1-9][0-9]{2,}) kB$");
            assertThat(daemon.log())
                    .contains("no debugger of the same user", "no core dump")
                    .doesNotContain(WARNING);
        }
    }

    private static List<List<String>> flagsOfMappings(Daemon daemon) throws IOException {
        return proc(daemon, "smaps")
                .lines()
                .filter(line -> line.startsWith("VmFlags:"))
                .map(line -> List.of(line.split(" +", -1)))
                .toList();
    }

    @Test
    void filesOfTheDaemon_whateverTheUsersMask_areItsOwn() throws Exception {
        try (Daemon daemon = serve(daemon().by("sh", "-c", "umask 000; exec \"$0\" \"$@\""))) {
            assertThat(proc(daemon, "status")).containsPattern("(?m)^Umask:\\s+0077$");
            assertThat(Files.getPosixFilePermissions(place.socket()))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        }
    }

    /** Closed to others it is closed to itself too, as far as the kernel's files go: it must not need them. */
    @Test
    void closedProcess_ordinaryUser_stillServesAndMeasures() throws Exception {
        try (Daemon daemon = serve(daemon())) {
            assertThat(place.http().get("/v1/accounts/prod/token?kind=kube").status())
                    .isEqualTo(200);
            assertThat(place.http().get("/metrics").body())
                    .containsPattern("(?m)^process_files_open_files [1-9]")
                    .containsPattern("(?m)^process_uptime_seconds [0-9]");
            assertThat(place.http().post("/v1/accounts/prod/refresh", "").status())
                    .isEqualTo(200);
            assertThat(daemon.isAlive()).isTrue();
        }
        // The next start reads what that one wrote.
        try (Daemon next = serve(daemon())) {
            assertThat(next.log()).doesNotContain(WARNING, " ERROR ");
        }
    }

    @Test
    void noMemoryMayBeLocked_oneWarning_andServes() throws Exception {
        try (Daemon daemon = place.serve(daemon().by("prlimit", "--memlock=0:0"))) {
            daemon.awaitLog("in force: ");
            assertThat(place.http().get("/v1/accounts/prod/token").status()).isEqualTo(200);
            assertThat(daemon.log().lines().filter(line -> line.contains(WARNING)))
                    .singleElement()
                    .asString()
                    .contains("0 KiB of memory for secrets are locked", "ulimit -l", "LimitMEMLOCK=");
            assertThat(flagsOfMappings(daemon))
                    .anySatisfy(flags -> assertThat(flags).contains("dd", "wf"));
        }
    }

    private static String proc(Daemon daemon, String file) throws IOException {
        return Files.readString(Path.of("/proc", String.valueOf(daemon.pid()), file), StandardCharsets.ISO_8859_1);
    }
}

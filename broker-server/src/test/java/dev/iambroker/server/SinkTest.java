package dev.iambroker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.iambroker.server.UnixCaller.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files of a whole daemon, on a clock that the test moves. */
final class SinkTest {
    private static final String TOKEN = "/v1/accounts/by-key/token";

    private final ManualTime time = new ManualTime();
    private final SmallCloud cloud = SmallCloud.on(time);
    private final CollectedLog log = new CollectedLog();

    @TempDir
    private Path temp;

    private Path out;
    private Path file;
    private String accounts;
    private @Nullable ManualDaemon running;

    @BeforeEach
    void make() throws IOException {
        out = Files.createDirectory(temp.resolve("out"));
        file = out.resolve("token");
        accounts = SmallCloud.accounts(temp);
    }

    @AfterEach
    void end() {
        stop();
        cloud.close();
        assertThat(log.lines()).noneMatch(line -> line.contains("eyJ"));
        log.close();
    }

    private void start(String sinks) throws Exception {
        ManualDaemon daemon = ManualDaemon.start(temp, accounts + sinks, cloud, time, 7);
        running = daemon;
        daemon.advance(Duration.ZERO);
        daemon.awaitQuiet();
    }

    private void stop() {
        if (running != null) {
            running.close();
            running = null;
        }
    }

    private ManualDaemon daemon() {
        return Objects.requireNonNull(running);
    }

    private String sink(String more) {
        return "sinks:\n  - { account: by-key, path: " + file + more + " }\n";
    }

    private String served(String query) throws IOException {
        try (UnixCaller caller = daemon().caller()) {
            Answer answer = caller.get(TOKEN + query);
            assertThat(answer.status()).as("%s", answer).isEqualTo(200);
            return answer.text("access_token");
        }
    }

    private void post(String route) throws Exception {
        try (UnixCaller caller = daemon().caller()) {
            Answer answer = caller.post(route, "{}");
            assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        }
        daemon().awaitQuiet();
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(out)) {
            return files.map(each -> String.valueOf(each.getFileName())).toList();
        }
    }

    @Test
    void start_token_isThereWithItsMode() throws Exception {
        start(sink(", mode: \"0640\""));

        assertThat(file).hasContent(served(""));
        assertThat(mode(file)).isEqualTo("rw-r-----");
        assertThat(names()).containsExactly("token");
    }

    @Test
    void formats_asProgramsReadThem() throws Exception {
        start("""
                sinks:
                  - { account: by-key, path: %1$s/header, format: header }
                  - { account: by-key, path: %1$s/env, format: env }
                """.formatted(out));

        String token = served("");
        assertThat(out.resolve("header")).hasContent("Authorization: Bearer " + token + "\n");
        assertThat(out.resolve("env"))
                .hasContent("IC_IAM_TOKEN='Bearer " + token + "'\nIBMCLOUD_IAM_TOKEN='Bearer " + token + "'\n");
    }

    @Test
    void renewals_hours_theFileAlwaysHasTheLeastLife() throws Exception {
        start(sink(", kind: kube"));
        String before = "";
        int changes = 0;
        for (int minute = 0; minute < 6 * 60; minute += 2) {
            daemon().advance(Duration.ofMinutes(2));
            daemon().awaitQuiet();
            String held = Files.readString(file);
            assertThat(held).isEqualTo(served("?kind=kube&min_ttl=300"));
            changes += held.equals(before) ? 0 : 1;
            before = held;
        }
        assertThat(changes).isBetween(6, 20);
    }

    @Test
    void logout_lock_removeIt_loginAndUnlock_bringItBack() throws Exception {
        start(sink(""));

        post("/v1/accounts/by-key/logout");
        assertThat(file).doesNotExist();
        post("/v1/accounts/by-key/login");
        assertThat(file).hasContent(served(""));

        try (UnixCaller caller = daemon().caller()) {
            assertThat(caller.post("/v1/lock", "{\"passphrase\":\"long enough a passphrase\"}")
                            .status())
                    .isEqualTo(200);
        }
        daemon().awaitQuiet();
        assertThat(file).doesNotExist();
        try (UnixCaller caller = daemon().caller()) {
            assertThat(caller.post("/v1/unlock", "{\"passphrase\":\"long enough a passphrase\"}")
                            .status())
                    .isEqualTo(200);
        }
        daemon().awaitQuiet();
        assertThat(file).hasContent(served(""));
    }

    @Test
    void purge_anotherTakesItsPlace() throws Exception {
        start(sink(""));
        String before = Files.readString(file);
        daemon().advance(Duration.ofSeconds(1));

        post("/v1/accounts/by-key/purge");
        daemon().advance(Duration.ofSeconds(20));
        daemon().awaitQuiet();

        assertThat(file).hasContent(served(""));
        assertThat(Files.readString(file)).isNotEqualTo(before);
    }

    @Test
    void iamAway_tokenEnds_theFileGoesWithIt_andComesBack() throws Exception {
        start(sink(""));
        cloud.emulator().stop();
        daemon().advance(Duration.ofMinutes(55));
        assertThat(file).exists();
        daemon().advance(Duration.ofMinutes(6));
        daemon().awaitQuiet();
        assertThat(file).doesNotExist();

        cloud.emulator().start();
        daemon().advance(Duration.ofMinutes(2));
        daemon().awaitQuiet();
        assertThat(file).hasContent(served(""));
    }

    @Test
    void purge_whileIamIsAway_leavesNone() throws Exception {
        start(sink(""));
        cloud.emulator().stop();

        post("/v1/accounts/by-key/purge");

        assertThat(file).doesNotExist();
    }

    @Test
    void deletedBySomebody_isWrittenAnewAtTheNextNews() throws Exception {
        start(sink(""));
        Files.delete(file);

        post("/v1/accounts/by-key/refresh");
        daemon().advance(Duration.ofMinutes(40));
        daemon().awaitQuiet();

        assertThat(file).hasContent(served(""));
    }

    @Test
    void start_whileIamIsAway_theFileOfBeforeStaysAMinute() throws Exception {
        start(sink(", kind: kube"));
        stop();
        cloud.emulator().stop();
        Files.delete(temp.resolve("state/sessions/by-key.session"));

        start(sink(", kind: kube"));
        daemon().advance(Duration.ofSeconds(50));
        assertThat(file).exists();
        daemon().advance(Duration.ofSeconds(30));
        daemon().awaitQuiet();
        assertThat(file).doesNotExist();
    }

    @Test
    void keyReplaced_withNobodyAsking_theFileComesBack() throws Exception {
        cloud.emulator().stop();
        Path key = temp.resolve("key");
        ManualDaemon.secretFile(key, "a key that is none");
        cloud.emulator().start();
        start(sink(""));
        assertThat(file).doesNotExist();

        ManualDaemon.secretFile(key, SmallCloud.API_KEY);
        daemon().advance(Duration.ofMinutes(3));
        daemon().awaitQuiet();

        assertThat(file).hasContent(served(""));
    }

    @Test
    void restart_sameToken_theFileStaysAsItIs() throws Exception {
        start(sink(""));
        Object inode = Files.getAttribute(file, "unix:ino");
        stop();
        assertThat(file).exists();

        start(sink(""));

        assertThat(Files.getAttribute(file, "unix:ino")).isEqualTo(inode);
    }

    @Test
    void reload_addsChangesAndRemoves() throws Exception {
        start(sink(""));
        Path other = out.resolve("other");

        daemon().reloadAccounts(accounts + "sinks:\n  - { account: by-key, path: " + file + ", mode: \"0640\" }\n"
                + "  - { account: by-key, path: " + other + ", format: header }\n");
        daemon().awaitQuiet();
        assertThat(mode(file)).isEqualTo("rw-r-----");
        assertThat(other).content().startsWith("Authorization: Bearer ");

        daemon().reloadAccounts(accounts);
        daemon().awaitQuiet();
        assertThat(names()).isEmpty();
    }

    @Test
    void reload_otherAccountWithoutAToken_theTokenOfTheOneBeforeGoes() throws Exception {
        start(sink(", kind: kube"));
        String other = SmallCloud.accounts(temp).replace("by-key:", "another:");
        cloud.emulator().stop();

        daemon().reloadAccounts(other + sink(", kind: kube").replace("by-key", "another"));
        daemon().awaitQuiet();

        assertThat(file).doesNotExist();
    }

    @Test
    void reload_otherMode_aMinuteIsNotBegunAnew() throws Exception {
        start(sink(", kind: kube"));
        stop();
        cloud.emulator().stop();
        Files.delete(temp.resolve("state/sessions/by-key.session"));
        start(sink(", kind: kube"));

        daemon().advance(Duration.ofSeconds(50));
        daemon().reloadAccounts(accounts + sink(", kind: kube, mode: \"0640\""));
        daemon().advance(Duration.ofSeconds(30));
        daemon().awaitQuiet();

        assertThat(file).doesNotExist();
    }

    @Test
    void reload_otherFormat_isWrittenAnew() throws Exception {
        start(sink(", format: header"));

        daemon().reloadAccounts(accounts + sink(""));
        daemon().awaitQuiet();

        assertThat(file).hasContent(served(""));
        post("/v1/accounts/by-key/logout");
        daemon().reloadAccounts(accounts + sink(", format: header"));
        daemon().awaitQuiet();
        assertThat(names()).noneMatch(name -> name.startsWith("."));
    }

    @Test
    @Timeout(60)
    void disksThatHang_asManyAsTheMachineHasCores_keepNobodyElseWaiting() throws Exception {
        Path pipe = temp.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        int sinks = 2 * Runtime.getRuntime().availableProcessors();
        String all = IntStream.range(0, sinks)
                .mapToObj(each -> "  - { account: by-key, path: %s/%d }\n".formatted(out, each))
                .collect(Collectors.joining("", "sinks:\n", ""));
        var hanging = new CountDownLatch(sinks);
        var ops = new HangingFileOps(out, pipe, hanging);
        ManualDaemon daemon = ManualDaemon.start(temp, accounts + all, cloud, time, 7, ops);
        running = daemon;
        hanging.await(5, TimeUnit.SECONDS);

        try (UnixCaller caller = daemon.caller()) {
            assertThat(assertTimeoutPreemptively(
                            Duration.ofSeconds(10),
                            () -> caller.post("/v1/accounts/by-key/refresh", "{}")
                                    .status()))
                    .isEqualTo(200);
        } finally {
            ops.release();
        }
        daemon.awaitQuiet();
    }

    @Test
    void directory_ofOthersHands_isRefused() throws Exception {
        Files.setPosixFilePermissions(out, PosixFilePermissions.fromString("rwxrwxrwx"));
        start(sink(""));

        assertThat(file).doesNotExist();
        assertThat(log.lines())
                .anyMatch(line -> line.contains("sink " + file + ": " + out + " is writable by others, mode 0777: run"
                        + " 'chmod go-w " + out + "'"));

        Files.setPosixFilePermissions(out, PosixFilePermissions.fromString("rwx------"));
        daemon().advance(Duration.ofMinutes(2));
        daemon().awaitQuiet();
        assertThat(file).hasContent(served(""));
        assertThat(log.lines()).anyMatch(line -> line.contains("is right again"));
    }

    @Test
    void link_inItsPlace_isNotFollowed() throws Exception {
        Path victim = Files.writeString(temp.resolve("victim"), "mine");
        Files.createSymbolicLink(file, victim);
        start(sink(""));

        assertThat(victim).hasContent("mine");
        assertThat(file).isSymbolicLink();
        assertThat(log.lines()).anyMatch(line -> line.contains("is no regular file, perhaps a link"));
    }

    @Test
    void fileOfSomebodysOwn_isLeftAlone() throws Exception {
        Files.writeString(file, "apiVersion: v1\nkind: Config\n");
        start(sink(""));

        assertThat(file).hasContent("apiVersion: v1\nkind: Config\n");
        assertThat(log.lines()).anyMatch(line -> line.contains("was not written by a sink of this format"));
    }

    @Test
    void leftover_ofAKilledProcess_isCleared() throws Exception {
        Files.writeString(out.resolve(".token.iam-broker-0011223344556677"), "half a tok");
        start(sink(""));

        assertThat(names()).containsExactly("token");
    }

    @Test
    void record_saysWhichSinkGotIt_oncePerToken() throws Exception {
        Path audit = temp.resolve("audit.jsonl");
        start(sink("") + "audit: { file: " + audit + " }\n");
        daemon().advance(Duration.ofMinutes(5));
        stop();

        assertThat(Files.readAllLines(audit))
                .filteredOn(line -> line.contains("\"sink:" + file + "\""))
                .singleElement()
                .asString()
                .contains("\"action\":\"access\"", "\"allowed\":true", "\"rule\":\"owner\"");
    }

    @Test
    void onChange_manyChanges_oneRun() throws Exception {
        Path told = temp.resolve("told");
        Path hook = script("echo \"$IAM_BROKER_SINK $IAM_BROKER_ACCOUNT $(env | wc -l)\" >> " + told);
        start(sink(", on-change: { command: [" + hook + "], debounce: 5s }"));
        post("/v1/accounts/by-key/purge");
        assertThat(told).doesNotExist();

        daemon().advance(Duration.ofSeconds(6));
        daemon().awaitQuiet();

        assertThat(Files.readAllLines(told)).singleElement().asString().startsWith(file + " by-key ");
        stop();
        start(sink(", on-change: { command: [" + hook + "], debounce: 5s }"));
        daemon().advance(Duration.ofSeconds(6));
        daemon().awaitQuiet();
        assertThat(Files.readAllLines(told))
                .as("told again of what had not changed")
                .hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void onChange_failsAndPrintsTheToken_theLogHasNone() throws Exception {
        Path hook = script("echo got; cat " + file + "; exit 7");
        start(sink(", on-change: { command: [" + hook + "] }"));
        daemon().advance(Duration.ofSeconds(3));
        daemon().awaitQuiet();

        assertThat(log.lines()).anyMatch(line -> line.contains("command " + hook + " ended with status 7: got ***"));
        assertThat(file).hasContent(served(""));
    }

    @Test
    void onChange_hangs_isKilledWithItsChildren() throws Exception {
        Path pid = temp.resolve("pid");
        Path hook = script("sleep 300 & echo $! > " + pid + "; wait");
        start(sink(", on-change: { command: [" + hook + "], timeout: 1s }"));
        daemon().advance(Duration.ofSeconds(3));
        daemon().awaitQuiet();

        assertThat(log.lines()).anyMatch(line -> line.contains("did not end within 1 s and was killed"));
        long child = Long.parseLong(Files.readString(pid).strip());
        ProcessHandle.of(child).ifPresent(left -> left.onExit().join());
        assertThat(ProcessHandle.of(child).filter(ProcessHandle::isAlive)).isEmpty();
    }

    private Path script(String line) throws IOException {
        Path script = Files.writeString(temp.resolve("hook"), "#!/bin/sh\n" + line + "\n");
        return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }
}

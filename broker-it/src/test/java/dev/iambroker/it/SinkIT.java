package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.it.harness.Answer;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Kubectl;
import dev.iambroker.it.harness.Needs;
import dev.iambroker.it.harness.OtherUser;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Files that a real daemon keeps tokens in, as the programs that they are for see them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SinkIT {
    private static final Pattern HEADER = Pattern.compile("Authorization: Bearer [\\w-]+\\.[\\w-]+\\.[\\w-]+\n");
    private static final int RENEWALS = 30;
    private static final Set<String> NAMES = Set.of("dev", "env", "header", "kubeconfig", "token");

    private final EmulatedCloud cloud = SampleCloud.start();
    private final Workplace place;
    private final Path files;
    private final Path told;
    private Daemon daemon;

    SinkIT() throws IOException, InterruptedException {
        place = Workplace.create();
        Files.setPosixFilePermissions(place.directory(), PosixFilePermissions.fromString("rwxr-xr-x"));
        files = Files.createDirectory(place.directory().resolve("files"));
        told = place.directory().resolve("told");
        place.secret("prod-key", EmulatedCloud.PROD_API_KEY);
        place.secret("dev-key", EmulatedCloud.DEV_API_KEY);
        Path hook = script("hook", "cat \"$IAM_BROKER_SINK\"; env >> " + told + "; echo --- >> " + told);
        Path hangs =
                script("hangs", "sleep 20 & echo $! >> " + place.directory().resolve("sleepers") + "; wait");
        place.configure(
                cloud.emulator(), """
                accounts:
                  prod: { api-key: { file: prod-key }, account-id: %1$s }
                  dev: { api-key: { file: dev-key }, account-id: %2$s }
                refresh: { min-interval: 0s }
                sinks:
                  - { account: prod, path: files/token, mode: "0640", group: 65534 }
                  - { account: prod, format: header, path: files/header, on-change: { command: [%3$s], debounce: 3s } }
                  - { account: prod, format: env, path: files/env, on-change: { command: [%4$s], timeout: 1s } }
                  - { account: prod, format: kubeconfig, cluster: prod-vpc, path: files/kubeconfig }
                  - { account: dev, path: files/dev }
                """.formatted(EmulatedCloud.PROD_ACCOUNT, EmulatedCloud.DEV_ACCOUNT, hook, hangs));
        daemon = place.serve();
        for (String name : NAMES) {
            daemon.await(name + " to be there", () -> Files.exists(files.resolve(name)));
        }
    }

    private Path script(String name, String line) throws IOException {
        Path script = Files.writeString(place.directory().resolve(name), "#!/bin/sh\n" + line + "\n");
        return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }

    @AfterAll
    void stop() throws IOException {
        String log = daemon.log();
        daemon.close();
        place.close();
        cloud.close();
        assertThat(log).doesNotContain("eyJ");
    }

    private String served(String query) throws IOException {
        Answer answer = place.http().get("/v1/accounts/prod/token" + query);
        assertThat(answer.status()).isEqualTo(200);
        return answer.json().path("access_token").asString();
    }

    private void renew() throws IOException {
        assertThat(place.http().post("/v1/accounts/prod/refresh", "{}").status())
                .isEqualTo(200);
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private boolean holds(String name, String content) {
        try {
            return Files.readString(files.resolve(name)).equals(content);
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void curl_byHeaderFile_isLetIn() throws Exception {
        Needs.program("curl", "curl");
        Ran ran = Program.of("curl", "-sS", "-f", "-H", "@" + files.resolve("header"))
                .with("-H", "Content-Type: application/json", "-H", "Accept: application/json", accountsPage())
                .run();
        assertThat(ran.exitCode()).as(ran.all()).isZero();
        assertThat(ran.out()).contains(EmulatedCloud.PROD_ACCOUNT);
    }

    private String accountsPage() {
        return cloud.emulator().accountsUrl() + "/coe/v2/accounts";
    }

    @Test
    void shell_byEnvFile_hasTheVariables() throws Exception {
        Ran ran = Program.of("sh", "-c", "set -a; . " + files.resolve("env") + "; env | grep IAM_TOKEN | sort")
                .run();
        String token = served("");
        assertThat(ran.out()).isEqualTo("IBMCLOUD_IAM_TOKEN=Bearer " + token + "\nIC_IAM_TOKEN=Bearer " + token + "\n");
    }

    @Test
    void kubectl_byKubeconfigFile_isLetIn() throws Exception {
        Ran ran = Kubectl.all().getFirst().run(place, files.resolve("kubeconfig"), "auth", "whoami");
        assertThat(ran.exitCode()).as(ran.all()).isZero();
        assertThat(ran.out()).contains("IAM#" + EmulatedCloud.USER);
    }

    @Test
    void plainToken_isThatOfTheSocket_forItsGroupAlone() throws Exception {
        assertThat(files.resolve("token")).content().isEqualTo(served(""));
        assertThat(mode(files.resolve("token"))).isEqualTo("rw-r-----");
        assertThat(Files.getAttribute(files.resolve("token"), "unix:gid")).isEqualTo(OtherUser.NOBODY);
    }

    @Test
    void renewals_readersInALoop_seeWholeFilesWithTheirModeOnly() throws Exception {
        AtomicBoolean isOver = new AtomicBoolean();
        Set<String> contents = new ConcurrentSkipListSet<>();
        try (var readers = Executors.newCachedThreadPool()) {
            Future<?> reading =
                    readers.submit(until(isOver, () -> contents.add(Files.readString(files.resolve("header")))));
            Future<?> looking = readers.submit(until(isOver, this::lookAtModes));
            try {
                renewAndLook();
            } finally {
                isOver.set(true);
            }
            reading.get();
            looking.get();
        }
        assertThat(contents)
                .hasSizeGreaterThan(RENEWALS / 4)
                .allMatch(text -> HEADER.matcher(text).matches());
        daemon.await("only whole files to be left", () -> names().equals(NAMES));
    }

    private void renewAndLook() throws Exception {
        for (int i = 0; i < RENEWALS; i++) {
            renew();
            String content = "Authorization: Bearer " + served("") + "\n";
            daemon.await("the new token in the file", () -> holds("header", content));
        }
    }

    private static Callable<Void> until(AtomicBoolean isOver, Callable<?> step) {
        return () -> {
            while (!isOver.get()) {
                step.call();
            }
            return null;
        };
    }

    /** Files being written are among them, whatever they are called. */
    private Void lookAtModes() throws IOException {
        try (Stream<Path> all = Files.list(files)) {
            for (Path file : all.toList()) {
                boolean isForAGroup = String.valueOf(file.getFileName()).contains("token");
                try {
                    assertThat(mode(file))
                            .as(file.toString())
                            .isIn("rw-------", isForAGroup ? "rw-r-----" : "rw-------");
                } catch (NoSuchFileException e) {
                    // It was renamed since.
                }
            }
        }
        return null;
    }

    private Set<String> names() {
        try (Stream<Path> all = Files.list(files)) {
            return all.map(file -> String.valueOf(file.getFileName())).collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void renewals_anotherUser_neverGetsIn() throws Exception {
        Needs.root("to run a program as another user");
        Path stop = place.directory().resolve("stop");
        Program thief = OtherUser.nobody(
                "sh",
                "-c",
                "while [ ! -e " + stop + " ]; do cat " + files + "/header " + files + "/.h* 2>/dev/null; done");
        try (var threads = Executors.newCachedThreadPool()) {
            Future<Ran> stealing = threads.submit(thief::run);
            try {
                for (int i = 0; i < RENEWALS / 2; i++) {
                    renew();
                }
            } finally {
                Files.createFile(stop);
            }
            assertThat(stealing.get().out()).isEmpty();
        }
    }

    @Test
    void onChange_manyRenewals_runsFewTimes_andKnowsNoToken() throws Exception {
        for (int i = 0; i < RENEWALS / 2; i++) {
            renew();
        }
        daemon.await("the command to be run", () -> Files.exists(told));
        String all = Files.readString(told);
        assertThat(all).contains("IAM_BROKER_SINK=" + files.resolve("header"), "IAM_BROKER_ACCOUNT=prod");
        assertThat(all).doesNotContain("eyJ", "HOME=");
        assertThat(all.split("---\n")).hasSizeLessThan(RENEWALS / 2);
        daemon.awaitLog("command " + place.directory().resolve("hook") + " is done: Authorization: Bearer ***");
    }

    @Test
    void onChange_hangs_isKilledWithItsChildren() throws Exception {
        daemon.awaitLog("command " + place.directory().resolve("hangs") + " did not end within 1 s and was killed");
        String sleeper =
                Files.readAllLines(place.directory().resolve("sleepers")).getFirst();
        daemon.await("its child to be gone", () -> isGone(sleeper));
        assertThat(served("")).startsWith("eyJ");
    }

    private static boolean isGone(String pid) {
        return ProcessHandle.of(Long.parseLong(pid))
                .filter(ProcessHandle::isAlive)
                .isEmpty();
    }

    @Test
    void logout_removesIt_loginBringsItBack() throws Exception {
        assertThat(place.run("logout", "dev").exitCode()).isZero();
        daemon.await("the file to be gone", () -> Files.notExists(files.resolve("dev")));
        Ran probe = place.run("wait", "--for", "account", "dev", "--timeout", "0");
        assertThat(probe.exitCode()).as(probe.all()).isEqualTo(4);
        assertThat(place.run("login", "dev").exitCode()).isZero();
        daemon.await("the file to be back", () -> Files.exists(files.resolve("dev")));
    }

    @Test
    void kill_amidRenewals_leavesWholeFiles_andTheNextStartNothingElse() throws Exception {
        for (int round = 0; round < 2; round++) {
            try (var threads = Executors.newCachedThreadPool()) {
                AtomicInteger renewed = new AtomicInteger();
                Future<?> renewing = threads.submit(() -> {
                    while (true) {
                        renew();
                        renewed.incrementAndGet();
                    }
                });
                daemon.await("renewals to be under way", () -> renewed.get() > 4 || renewing.isDone());
                daemon.kill();
            }
            assertThat(Files.readString(files.resolve("header"))).matches(HEADER);
            daemon = place.serve();
            String content = "Authorization: Bearer " + served("") + "\n";
            daemon.await("the file to hold the newest token", () -> holds("header", content));
        }
        daemon.await("only whole files to be left", () -> names().equals(NAMES));
    }

    @Test
    void linkOfAnotherUser_inADirectoryForAll_isNotFollowed() throws Exception {
        Needs.root("to let another user put a link there");
        Path shared = Files.createDirectory(place.directory().resolve("shared"));
        assertThat(Program.of("chmod", "1777", shared).run().exitCode()).isZero();
        Path victim = Files.writeString(place.directory().resolve("victim"), "mine");
        Path link = shared.resolve("token");
        assertThat(OtherUser.nobody("ln", "-s", victim, link).run().exitCode()).isZero();
        String before = Files.readString(place.configFile());
        Files.writeString(
                place.configFile(), before.replace("sinks:\n", "sinks:\n  - { account: prod, path: shared/token }\n"));
        daemon.signal("HUP");
        daemon.awaitLog("sink " + link + ": " + link + " is there and is no regular file, perhaps a link");
        assertThat(victim).hasContent("mine");

        Files.delete(link);
        renew();
        daemon.await("the file to be there", () -> Files.isRegularFile(link));
        assertThat(mode(link)).isEqualTo("rw-------");

        Files.writeString(place.configFile(), before);
        daemon.signal("HUP");
        daemon.await("the file to be gone", () -> Files.notExists(link));
    }

    @Test
    void checkConfig_wrongSinks_tellsAllAtOnce() throws Exception {
        Path wrong = Files.writeString(place.directory().resolve("wrong.yaml"), """
                accounts: { prod: { api-key: { file: prod-key } } }
                sinks:
                  - { account: prd, path: /run/t, mode: "0644" }
                  - { account: prod, kind: kube, paht: /run/u }
                """);
        Ran ran = place.program("check-config", "--config", wrong).run();
        assertThat(ran.exitCode()).isEqualTo(2);
        assertThat(ran.errorLines()).hasSize(6);
    }
}

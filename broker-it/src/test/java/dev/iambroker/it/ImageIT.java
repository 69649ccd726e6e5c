package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.it.harness.Checkout;
import dev.iambroker.it.harness.Docker;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What is in the image, and what it says to somebody who runs it for the first time. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ImageIT {
    private static final String CONFIG = "/etc/iam-broker/broker.yaml";
    private static final String HOME = "/usr/lib/iam-broker";

    private Path directory = Path.of("/");
    private String image = "";

    @BeforeAll
    void build(@TempDir Path files) throws IOException, InterruptedException {
        image = Docker.image();
        directory = files;
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void size_ofTheImage_isPrinted() throws Exception {
        long bytes = Long.parseLong(Docker.must("image", "inspect", "--format", "{{.Size}}", image));
        Ran packed = Docker.withEngine(Program.shell("docker save " + image + " | gzip -6 | wc -c"))
                .run();
        long transferred = Long.parseLong(packed.out().strip());
        System.out.printf("image: %d MB, %d MB compressed%n", bytes / 1_000_000, transferred / 1_000_000);
        assertThat(bytes).isLessThan(200_000_000);
    }

    @Test
    void build_forAnotherUser_isForThatUserThroughout() throws Exception {
        String copy = image + "-of-4711";
        Docker.must(
                "build",
                "-q",
                "-t",
                copy,
                "-f",
                Checkout.root().resolve("docker/Dockerfile"),
                Checkout.root(),
                "--build-arg",
                "BROKER_UID=4711",
                "--build-arg",
                "BASE=" + Docker.base(),
                "--build-arg",
                "BUILD=" + Docker.tools());

        assertThat(Docker.must("image", "inspect", "--format", "{{.Config.User}}", copy))
                .isEqualTo("4711:4711");
        assertThat(failedOnFolderOfAnother(copy, "/run/iam-broker"))
                .contains("(uid 4242)", "chown 4711 /run/iam-broker");
    }

    @Test
    void files_ofTheImage_holdNoShellAndNoPrivilege() throws Exception {
        String container = Docker.must("create", image);
        try {
            Ran listed = Docker.withEngine(Program.shell("docker export " + container + " | tar -tv --numeric-owner"))
                    .run();
            List<String> files = listed.out().lines().toList();

            assertThat(files)
                    .as(listed.all())
                    .anyMatch(line -> line.endsWith(" usr/lib/iam-broker/lib/iam-broker.jar"));
            assertThat(files)
                    .noneMatch(
                            line -> line.matches(".*/(sh|bash|dash|busybox|perl|python3|apt|dpkg|curl|javac)( .*)?"));
            assertThat(files)
                    .as("of the distribution, but not for the broker to read")
                    .noneMatch(line -> line.contains(" usr/lib/iam-broker/") && line.charAt(7) != 'r');
            assertThat(files).as("set-user-ID").noneMatch(line -> line.matches("-..[sS].*|-.....[sS].*"));
            assertThat(files)
                    .as("writable by the broker")
                    .filteredOn(line -> line.contains(" " + Docker.BROKER + "/"))
                    .extracting(line -> line.substring(0, 10) + line.substring(line.lastIndexOf(' ')))
                    .containsExactlyInAnyOrder("drwxr-x--- run/iam-broker/", "drwx------ var/lib/iam-broker/");
        } finally {
            Docker.must("rm", "--volumes", container);
        }
    }

    /** In this mode the JVM does not start without a cache that fits. */
    @Test
    void aotCaches_ofTheImage_areInForce() throws Exception {
        for (String command : List.of("serve", "status")) {
            Ran ran = Docker.run("--env=IAM_BROKER_JAVA_OPTS=-XX:AOTMode=on", image, command, "--help")
                    .run();
            assertThat(ran.exitCode()).as(ran.all()).isZero();
        }
    }

    /** The same words, variables and mask for the JVM, however either is called. */
    @Test
    void launcher_anyCommandLine_startsTheJvmAsTheScriptDoes() throws Exception {
        Path java = executable("java", """
                #!/bin/sh
                umask; ulimit -c
                echo "$GLIBC_TUNABLES,$JAVA_TOOL_OPTIONS,$JDK_JAVA_OPTIONS,$_JAVA_OPTIONS"
                for word in "$0" "$@"; do echo "$word"; done
                """);
        Path compare = executable("compare", """
                #!/bin/sh
                export JAVA_TOOL_OPTIONS=a JDK_JAVA_OPTIONS=b _JAVA_OPTIONS=c
                check() {
                    sh HOME/bin/script "$@" >/tmp/script 2>&1
                    HOME/bin/iam-broker "$@" >/tmp/launcher 2>&1
                    if cmp -s /tmp/script /tmp/launcher; then
                        echo same
                    else
                        echo "differ: $*"; cat /tmp/script; echo; cat /tmp/launcher
                    fi
                }
                check
                check serve
                check demo --flag 'two  words' ''
                check --config /x --socket /y serve --config /z
                check --config=/x serve
                check --config serve
                check --config
                check status serve
                check --version
                check token prod --env
                check wait --for ready
                check kube-credential --version
                export GLIBC_TUNABLES=glibc.malloc.arena_max=1 IAM_BROKER_JAVA_OPTS='-Da=1   -Xmx9m'
                check serve
                check status
                """.replace("HOME", HOME));
        String copy = image + "-scripted";
        Path dockerfile =
                Files.writeString(directory.resolve("Dockerfile"), """
                FROM %s
                COPY --from=%s %s %s
                """.formatted(Docker.tools(), image, HOME, HOME));
        Docker.must("build", "-q", "-t", copy, "-f", dockerfile, directory);

        Ran ran = Docker.run("--tmpfs=/tmp", "-v", java + ":" + HOME + "/lib/runtime/bin/java:ro")
                .with("-v", Checkout.root().resolve("bin/iam-broker") + ":" + HOME + "/bin/script:ro")
                .with("-v", compare + ":/compare:ro", copy, "/compare")
                .run();

        assertThat(ran.out().lines()).as(ran.all()).hasSize(14).containsOnly("same");
    }

    private Path executable(String name, String text) throws IOException {
        Path file = Files.writeString(directory.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void run_withoutAnything_saysWhereTheConfigurationGoes() throws Exception {
        assertThat(failed(2, Docker.run(image)))
                .startsWith(CONFIG + ": no such file (expected the configuration here, or --config FILE)\n");
    }

    @Test
    void run_help_isTheCommandsOwn() throws Exception {
        Ran ran = Docker.run(image, "--help").run();
        assertThat(ran.exitCode()).as(ran.all()).isZero();
        assertThat(ran.out()).startsWith("Usage: iam-broker ").contains("serve");
    }

    @Test
    void run_commandWithoutDaemon_saysSo() throws Exception {
        assertThat(failed(3, Docker.run(image, "status"))).contains("the daemon is not reachable");
        assertThat(failed(3, Docker.run(image, "wait", "--for", "ready", "--timeout", "0")))
                .contains("the daemon is not reachable");
    }

    @Test
    void run_configurationThatWasNotThere_isSaidToBeADirectory() throws Exception {
        Path missing = Files.createDirectory(directory.resolve("not-there"));
        assertThat(failed(2, Docker.run("-v", missing + ":" + CONFIG + ":ro", image)))
                .startsWith(CONFIG + ": is a directory (expected a file; was the one to mount there?)\n");
    }

    @Test
    void run_wrongConfiguration_namesTheLine() throws Exception {
        assertThat(failed(2, configured("accounts: { dev: { passcode: {} } }\nrefresh: { jiter: 0.2 }\n")))
                .contains("broker.yaml:2:", "refresh.jiter: unknown key", "did you mean \"jitter\"?");
    }

    @Test
    void run_secretOfRootAlone_saysWhoCannotReadIt() throws Exception {
        Path key = Files.writeString(directory.resolve("private-key"), "key");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        Program run = configured(
                "accounts: { prod: { api-key: { file: /run/secrets/key } } }\n", "-v", key + ":/run/secrets/key:ro");
        assertThat(failed(2, run)).contains("accounts.prod.api-key.file: may not be read by this user");
    }

    @Test
    void run_foldersOfAnotherUser_saysWhoseTheyAreAndWhoseTheyHaveToBe() throws Exception {
        for (String folder : List.of("/run/iam-broker", "/var/lib/iam-broker")) {
            assertThat(failedOnFolderOfAnother(image, folder))
                    .contains("(uid 4242)", "(uid " + Docker.BROKER + ")", Docker.BROKER + " " + folder);
        }
    }

    /** What it says where a folder belongs to user 4242; Docker gives a volume that is empty the owner of the image. */
    private String failedOnFolderOfAnother(String broker, String folder) throws IOException, InterruptedException {
        String volume = directory.getFileName() + "-of-another";
        try {
            Docker.must(
                    "run", "--rm", "--network=none", "-v", volume + ":/v", Docker.tools(), "/bin/chown", "4242", "/v");
            Path config = config("accounts: { dev: { passcode: {} } }\n");
            return failed(
                    1,
                    Docker.run("-v", config + ":" + CONFIG + ":ro", "-v", volume + ":" + folder + ":nocopy", broker));
        } finally {
            Docker.must("volume", "rm", volume);
        }
    }

    private Program configured(String yaml, Object... options) throws IOException, InterruptedException {
        return Docker.run("-v", config(yaml) + ":" + CONFIG + ":ro")
                .with(options)
                .with(image);
    }

    private Path config(String yaml) throws IOException {
        Path config = Files.createTempFile(directory, "broker-", ".yaml");
        Files.writeString(config, yaml);
        return Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-r--r--"));
    }

    private static String failed(int exitCode, Program program) throws IOException, InterruptedException {
        Ran ran = program.run();
        assertThat(ran.exitCode()).as(ran.all()).isEqualTo(exitCode);
        return ran.err();
    }
}

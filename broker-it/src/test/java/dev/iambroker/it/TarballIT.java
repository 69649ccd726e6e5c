package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.it.harness.Checkout;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What an operator unpacks: on a machine without any Java, in a directory with a space in its name. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TarballIT {
    private static final int MADE_AT_START = 170;
    private static final int RESIDENT_KIB = 108 * 1024;
    private static final int PRIVATE_KIB = 66 * 1024;

    private final EmulatedCloud cloud = SampleCloud.start();
    private final Workplace place;
    private Path launcher = Path.of("iam-broker");

    TarballIT() throws IOException {
        place = Workplace.create();
    }

    @BeforeAll
    void unpack(@TempDir Path directory) throws IOException, InterruptedException {
        Path spaced = Files.createDirectory(directory.resolve("un packed"));
        Ran tar = Program.of("tar", "-xzf", Checkout.tarball(), "-C", spaced).run();
        assertThat(tar.exitCode()).as(tar.all()).isZero();
        try (Stream<Path> roots = Files.list(spaced)) {
            launcher = roots.findFirst().orElseThrow().resolve("bin/iam-broker");
        }
        place.secret("prod-key", EmulatedCloud.PROD_API_KEY);
        place.configure(cloud.emulator(), """
                accounts:
                  prod: { api-key: { file: prod-key }, account-id: %s }
                """.formatted(EmulatedCloud.PROD_ACCOUNT));
    }

    @AfterAll
    void stop() throws IOException {
        place.close();
        cloud.close();
    }

    @Test
    void version_withoutJava_isPrinted() throws Exception {
        Ran ran = unpacked("--version").run();

        assertThat(ran.exitCode()).as(ran.all()).isZero();
        assertThat(ran.out()).startsWith("iam-broker 0.");
        assertThat(ran.err()).isEmpty();
    }

    @Test
    void configuration_whatTheTarballBrings_needsOnlyItsSecret() throws Exception {
        Path sample = launcher.resolveSibling("../etc/broker.yaml").normalize();
        assertThat(sample).isRegularFile();
        Ran ran = unpacked("check-config", "--config", sample).run();

        assertThat(ran.err().lines().filter(line -> line.contains("unknown key")))
                .isEmpty();
        assertThat(ran.exitCode()).as(ran.all()).isIn(0, 2);
    }

    @Test
    void documents_ofTheTarball_manualCompletionsAndUnits() {
        Path share = launcher.resolveSibling("../share").normalize();
        assertThat(share.resolve("man/man1/iam-broker.1")).isRegularFile();
        assertThat(share.resolve("man/man1/iam-broker-token.1")).isRegularFile();
        assertThat(share.resolve("bash-completion/completions/iam-broker")).isRegularFile();
        assertThat(share.resolve("zsh/vendor-completions/_iam-broker")).isRegularFile();
        assertThat(share.resolve("fish/vendor_completions.d/iam-broker.fish")).isRegularFile();
        assertThat(share.resolve("systemd/iam-broker.socket")).isRegularFile();
        assertThat(share.resolve("systemd/user/iam-broker.service")).isRegularFile();
    }

    /** A second jar of the same classes, in whatever version, would make two kinds of each. */
    @Test
    void fleet_ofTheTarball_bringsItsJarsAndNoneTwice() throws IOException {
        Path lib = launcher.resolveSibling("../lib").normalize();
        List<String> fleet = libraries(lib.resolve("fleet"));

        assertThat(fleet).contains("broker-fleet", "jetcd-core", "grpc-netty");
        // Jackson 2 and 3 have no package in common.
        assertThat(fleet)
                .filteredOn(name -> !name.equals("jackson-core"))
                .doesNotHaveDuplicates()
                .doesNotContainAnyElementsOf(libraries(lib));
    }

    /** The names of the jars without their versions. */
    private static List<String> libraries(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.endsWith(".jar"))
                    .map(name -> name.replaceFirst("-\\d.*", ""))
                    .toList();
        }
    }

    @Test
    void checkConfig_withoutJava_printsWhatIsInEffect() throws Exception {
        Ran ran = unpacked("check-config", "--config", place.configFile()).run();

        assertThat(ran.exitCode()).as(ran.all()).isZero();
        assertThat(ran.out()).contains("accounts.prod").doesNotContain(EmulatedCloud.PROD_API_KEY);
        assertThat(ran.err()).isEmpty();
    }

    @Test
    void serve_withoutJava_givesTokensAndEndsWhenToldTo() throws Exception {
        try (Daemon daemon = place.serve(unpacked("serve", "--config", place.configFile()))) {
            Ran token = unpacked("--socket", place.socket(), "token", "prod", "--header")
                    .run();
            assertThat(token.exitCode()).as(token.all()).isZero();
            assertThat(token.out()).startsWith("Authorization: Bearer ey");

            Path runtime = launcher.resolveSibling("../lib/runtime/bin/java").normalize();
            assertThat(Path.of("/proc/" + daemon.pid() + "/exe").toRealPath()).isEqualTo(runtime.toRealPath());

            daemon.terminate();
            // 128 + SIGTERM is what a JVM that was told to end returns.
            assertThat(daemon.awaitExit()).isZero();
            assertThat(place.socket()).doesNotExist();
        }
    }

    /** In this mode the JVM does not start without a cache that fits. */
    @Test
    void aotCaches_ofTheTarball_fitWhereverItIsUnpacked() throws Exception {
        Ran command = unpacked("status", "--help")
                .env("IAM_BROKER_JAVA_OPTS", "-XX:AOTMode=on")
                .run();
        assertThat(command.exitCode()).as(command.all()).isZero();

        Program serve = unpacked("serve", "--config", place.configFile()).env("IAM_BROKER_JAVA_OPTS", "-XX:AOTMode=on");
        try (Daemon daemon = place.serve(serve)) {
            assertThat(Files.readString(Path.of("/proc/" + daemon.pid() + "/maps")))
                    .contains(".aot");
        }
    }

    @Test
    void withoutItsCache_worksAndSaysSoAtDebugLevel() throws Exception {
        Path config = Files.writeString(
                place.directory().resolve("debug.yaml"),
                Files.readString(place.configFile()) + "log: { level: debug }\n");
        try (Daemon daemon = place.serve(unpacked("serve", "--config", config))) {
            assertThat(daemon.isAlive()).isTrue();
            assertThat(daemon.log()).contains(" DEBUG ").doesNotContain("no AOT cache fits");
        }
        Program without = unpacked("serve", "--config", config).env("IAM_BROKER_JAVA_OPTS", "-XX:AOTMode=off");
        try (Daemon daemon = place.serve(without)) {
            daemon.awaitLog("no AOT cache fits this program and its runtime");
        }
    }

    /** A class that the cache does not hold is read, verified and linked at every start: a few hundred of them double it. */
    @Test
    void startWithStoredSessions_ofTheTarball_readsHardlyAClassFromItsJars() throws Exception {
        try (Daemon first = place.serve(unpacked("serve", "--config", place.configFile()))) {
            assertThat(first.isAlive()).isTrue();
        }
        Path log = place.directory().resolve("classes.log");
        Program serve = unpacked("serve", "--config", place.configFile())
                .env("IAM_BROKER_JAVA_OPTS", "-Xlog:class+load=info:file=" + log);
        try (Daemon again = place.serve(serve)) {
            assertThat(again.isAlive()).isTrue();
        }

        try (Stream<String> classes = Files.lines(log)) {
            List<String> made = classes.filter(line -> !line.contains("shared objects file"))
                    .toList();
            assertThat(made).filteredOn(line -> line.contains("source: file:")).hasSizeLessThan(40);
            // Forms of method handles, switches and proxies, each compiled at every start.
            assertThat(made).hasSizeLessThan(MADE_AT_START);
        }
    }

    /** What the compilers and the start took of the C library's memory has gone back, and the cache is not written to. */
    @Test
    void residentMemory_aMomentAfterTheStart_isWithinItsBounds() throws Exception {
        try (Daemon daemon = place.serve(unpacked("serve", "--config", place.configFile()))) {
            Path smaps = Path.of("/proc/" + daemon.pid() + "/smaps_rollup");
            daemon.await(
                    "less than " + RESIDENT_KIB + " KiB resident, of it " + PRIVATE_KIB + " KiB its own",
                    () -> kib(smaps, "Rss:") < RESIDENT_KIB && kib(smaps, "Private_Dirty:") < PRIVATE_KIB);
        }
    }

    private static int kib(Path smaps, String field) {
        try (Stream<String> lines = Files.lines(smaps)) {
            return lines.filter(line -> line.startsWith(field))
                    .mapToInt(line -> Integer.parseInt(line.replaceAll("[^0-9]", "")))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void plugin_ofTheTarball_isNamedInKubeconfigs() throws Exception {
        try (Daemon running = place.serve(unpacked("serve", "--config", place.configFile()))) {
            assertThat(running.isAlive()).isTrue();
            Ran ran = unpacked("--socket", place.socket(), "kubeconfig", "prod", "prod-vpc")
                    .run();

            assertThat(ran.exitCode()).as(ran.all()).isZero();
            assertThat(ran.out()).contains("\"" + launcher.resolveSibling("iam-broker-credential") + "\"");
        }
    }

    /** A PATH with the few tools that the launcher needs, and no java among them. */
    private Program unpacked(Object... arguments) throws IOException {
        Path tools = Files.createDirectories(place.directory().resolve("tools"));
        for (String tool : new String[] {"sh", "dirname", "readlink"}) {
            Path link = tools.resolve(tool);
            if (!Files.exists(link)) {
                Files.createSymbolicLink(link, Path.of("/bin").resolve(tool).toRealPath());
            }
        }
        return Program.of(launcher).with(arguments).env("PATH", tools).env("HOME", place.directory());
    }
}

package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.it.harness.Checkout;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Kubectl;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** {@code kubectl iam-broker}, from the distribution and as krew would install it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KubectlPluginIT {
    /** What krew's own check of a manifest asks of names and sums. */
    private static final Pattern SAFE_NAME = Pattern.compile("[\\w-]+");

    private static final Pattern SHA256 = Pattern.compile("[a-f0-9]{64}");
    private static final Pattern VERSION = Pattern.compile("v\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z.-]+)?(\\+[0-9A-Za-z.-]+)?");

    private final EmulatedCloud cloud = SampleCloud.start();
    private final Workplace place;
    private final Daemon daemon;
    private List<Kubectl> kubectls = List.of();

    KubectlPluginIT() throws IOException, InterruptedException {
        place = Workplace.create();
        place.secret("prod-key", EmulatedCloud.PROD_API_KEY);
        place.configure(cloud.emulator(), """
                accounts:
                  prod: { api-key: { file: prod-key }, account-id: %s }
                """.formatted(EmulatedCloud.PROD_ACCOUNT));
        daemon = place.serve();
    }

    @BeforeAll
    void find() throws IOException, InterruptedException {
        kubectls = Kubectl.oldestAndNewest();
    }

    @AfterAll
    void stop() throws IOException {
        daemon.close();
        place.close();
        cloud.close();
    }

    @Test
    void distributionOnPath_kubectlRunsIt() throws Exception {
        for (Kubectl kubectl : kubectls) {
            Path bin = Checkout.distribution().resolve("bin");
            Ran status = run(kubectl, bin, "iam-broker", "--socket", place.socket(), "status");
            assertThat(status.exitCode()).as(status.all()).isZero();
            assertThat(status.out()).contains("prod", "valid");

            Ran usage = run(kubectl, bin, "iam-broker", "token");
            assertThat(usage.exitCode()).as(usage.all()).isEqualTo(2);
        }
    }

    @Test
    void pluginList_namesItWithoutAWarning() throws Exception {
        Path bin = Checkout.distribution().resolve("bin");
        for (Kubectl kubectl : kubectls) {
            Ran list = run(kubectl, bin, "plugin", "list");
            assertThat(list.exitCode()).as(list.all()).isZero();
            assertThat(list.out()).contains(bin.resolve("kubectl-iam_broker") + "\n");
            assertThat(list.all()).doesNotContainIgnoringCase("warning");
        }
    }

    /** What a shell asks of kubectl when somebody presses the tabulator. */
    @Test
    void kubectlCompletes_commandsAccountsAndClusters() throws Exception {
        Path bin = Checkout.distribution().resolve("bin");
        for (Kubectl kubectl : kubectls) {
            assertThat(completed(kubectl, bin, "kubec")).containsExactly("kubeconfig", ":4");
            assertThat(completed(kubectl, bin, "--socket", place.socket(), "token", ""))
                    .containsExactly("prod", ":4");
            assertThat(completed(kubectl, bin, "--socket", place.socket(), "kubeconfig", "prod", "prod-"))
                    .containsExactlyInAnyOrder("prod-classic", "prod-vpc", ":4");
            assertThat(completed(kubectl, bin, "--socket", place.socket(), "doctor", "prod", "--endpoint", "pr"))
                    .containsExactly("private", ":4");
        }
    }

    private List<String> completed(Kubectl kubectl, Path bin, Object... words)
            throws IOException, InterruptedException {
        Ran ran = Program.of(kubectl.program(), "__complete", "iam-broker")
                .with(words)
                .env("PATH", bin + ":/usr/bin:/bin")
                .env("HOME", place.directory())
                .run();
        assertThat(ran.exitCode()).as(ran.all()).isZero();
        return ran.out().lines().map(line -> line.split("\t", -1)[0]).toList();
    }

    @Test
    void manifest_asBuilt_keepsKrewsRules() throws Exception {
        Map<String, String> manifest = manifest();
        assertThat(manifest)
                .containsEntry("apiVersion", "krew.googlecontainertools.github.com/v1alpha2")
                .containsEntry("kind", "Plugin")
                .containsEntry("os", "linux");
        assertThat(manifest.get("name")).isEqualTo("iam-broker").matches(SAFE_NAME);
        assertThat(manifest.get("version")).matches(VERSION);
        assertThat(manifest.get("arch")).isIn("amd64", "arm64");
        assertThat(manifest.get("shortDescription")).hasSizeBetween(1, 60).doesNotEndWith(".");
        assertThat(manifest.get("sha256")).matches(SHA256).isEqualTo(sha256(Checkout.tarball()));
        assertThat(manifest.get("uri"))
                .startsWith("https://")
                .endsWith(Checkout.tarball().getFileName().toString());
        assertThat(Files.readString(built())).doesNotContainPattern("@[A-Z0-9]+@");
    }

    /** krew unpacks, moves what the manifest names, and puts a link into a directory of its own. */
    @Test
    void asKrewInstallsIt_kubectlRunsIt(@TempDir Path krew) throws Exception {
        Map<String, String> manifest = manifest();
        Path store = install(manifest, krew);
        Path bin = Files.createDirectory(krew.resolve("bin"));
        String link = "kubectl-" + String.valueOf(manifest.get("name")).replace('-', '_');
        Files.createSymbolicLink(bin.resolve(link), store.resolve(String.valueOf(manifest.get("bin"))));

        Ran status = run(kubectls.getLast(), bin, "iam-broker", "--socket", place.socket(), "status");

        assertThat(status.exitCode()).as(status.all()).isZero();
        assertThat(status.out()).contains("prod");
    }

    private static Path install(Map<String, String> manifest, Path krew) throws Exception {
        Path unpacked = Files.createDirectory(krew.resolve("unpacked"));
        Ran tar = Program.of("tar", "-xzf", Checkout.tarball(), "-C", unpacked).run();
        assertThat(tar.exitCode()).as(tar.all()).isZero();
        Path store = Files.createDirectories(
                krew.resolve("store/iam-broker").resolve(String.valueOf(manifest.get("version"))));
        String[] from = String.valueOf(manifest.get("from")).split("/", -1);
        try (DirectoryStream<Path> roots = Files.newDirectoryStream(unpacked, from[0])) {
            for (Path root : roots) {
                moveAll(root, from[1], store);
            }
        }
        return store;
    }

    private static void moveAll(Path root, String glob, Path store) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root, glob)) {
            for (Path entry : entries) {
                Files.move(entry, store.resolve(entry.getFileName()));
            }
        }
    }

    /** Its scalars by their last key; no key with a scalar comes twice in it. */
    private static Map<String, String> manifest() throws IOException {
        Pattern scalar = Pattern.compile("^[ -]*(\\w+): \"?([^|\"]+)\"?$");
        try (Stream<String> lines = Files.lines(built())) {
            return lines.map(scalar::matcher)
                    .filter(Matcher::matches)
                    .collect(Collectors.toMap(line -> line.group(1), line -> line.group(2)));
        }
    }

    private static Path built() {
        return Checkout.root().resolve("broker-server/target/krew/iam-broker.yaml");
    }

    private static String sha256(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }

    private Ran run(Kubectl kubectl, Path bin, Object... arguments) throws IOException, InterruptedException {
        return Program.of(kubectl.program())
                .with(arguments)
                .env("PATH", bin + ":/usr/bin:/bin")
                .env("HOME", place.directory())
                .run();
    }
}

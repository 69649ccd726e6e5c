package dev.iambroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class KubeconfigCommandTest {
    @TempDir
    Path directory;

    private FakeDaemon daemon;
    private Cli cli;
    private Path file;

    @BeforeEach
    void start() throws IOException {
        daemon = FakeDaemon.in(directory);
        daemon.answer("GET /v1/accounts/prod/clusters/c1/kubeconfig", 200, kubeconfig("c1", "https://one:443"));
        daemon.answer("GET /v1/accounts/prod/clusters/c2/kubeconfig", 200, kubeconfig("c2", "https://two:443"));
        cli = Cli.on(daemon);
        file = directory.resolve("home/.kube/config");
        cli.environment.put("HOME", directory.resolve("home").toString());
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
    }

    @Test
    void kubeconfig_oneCluster_printedAsTheDaemonSaysIt() {
        assertThat(cli.run("kubeconfig", "prod", "c1"))
                .isEqualTo(new Cli.Result(0, kubeconfig("c1", "https://one:443"), ""));
    }

    @Test
    void kubeconfig_severalClusters_oneDocumentWithTheFirstCurrent() {
        var out = cli.run("kubeconfig", "prod", "c1", "c2").out();

        assertThat(out.lines().filter(line -> line.startsWith("- name: "))).hasSize(6);
        assertThat(out)
                .contains("https://one:443", "https://two:443", "current-context: prod/c1")
                .doesNotContain("current-context: prod/c2");
    }

    @Test
    void kubeconfig_all_everyClusterById() {
        daemon.answer(
                "GET /v1/accounts/prod/clusters?refresh=true", 200, "{\"clusters\":[{\"id\":\"c1\"},{\"id\":\"c2\"}]}");

        assertThat(cli.run("kubeconfig", "prod", "--all").out()).contains("https://one:443", "https://two:443");
    }

    @Test
    void kubeconfig_endpoint_askedFor() {
        daemon.answer(
                "GET /v1/accounts/prod/clusters/my%20c/kubeconfig?endpoint=private", 200, kubeconfig("c", "https://p"));

        assertThat(cli.run("kubeconfig", "prod", "my c", "--endpoint", "private")
                        .code())
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kubeconfig prod",
                "kubeconfig prod c1 --all",
                "kubeconfig",
                "kubeconfig prod c1 --endpoint x",
                "kubeconfig prod c1 --overwrite"
            })
    void kubeconfig_malformed_usage(String line) {
        assertThat(cli.run(line.split(" ")).code()).isEqualTo(2);
    }

    @Test
    void merge_noFileYet_writtenForTheOwnerAlone() throws IOException {
        assertThat(cli.run("kubeconfig", "prod", "c1", "--merge").out()).isEqualTo("""
                wrote %s
                added context "prod/c1"; current context is "prod/c1"
                """.formatted(file));

        assertThat(file).hasContent(kubeconfig("c1", "https://one:443"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                .isEqualTo("rwx------");
    }

    @Test
    void merge_otherEntries_keptWithCommentsAndSpellingAndABackup() throws IOException {
        write("""
                # mine
                apiVersion: v1
                kind: Config
                current-context: home   # at home
                clusters:
                - cluster: {server: 'https://home', port: 010}
                  name: home
                contexts:
                - {name: home, context: {cluster: home, user: me}}
                users: []
                extensions:
                - when: 2026-01-01
                """);
        var before = Files.readString(file);

        var result = cli.run("kubeconfig", "prod", "c1", "--merge");

        assertThat(result.err()).isEmpty();
        assertThat(Files.readString(file))
                .contains(
                        "# mine",
                        "current-context: home # at home",
                        "server: 'https://home'",
                        "port: 010",
                        "when: 2026-01-01")
                .contains("- name: prod/c1", "https://one:443");
        assertThat(file.resolveSibling("config.bak-20260301T120000Z")).hasContent(before);
        assertThat(names()).containsExactlyInAnyOrder("config", "config.bak-20260301T120000Z");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void merge_again_changesNothingAndKeepsNoBackup() throws IOException {
        cli.run("kubeconfig", "prod", "c1", "--merge");

        assertThat(cli.run("kubeconfig", "prod", "c1", "--merge").out()).isEqualTo("""
                %s already holds this
                current context is "prod/c1"
                """.formatted(file));
        assertThat(names()).containsExactly("config");
    }

    @Test
    void merge_sameNameOtherContent_refusedUnlessOverwritten() throws IOException {
        write(kubeconfig("c1", "https://elsewhere"));

        var refused = cli.run("kubeconfig", "prod", "c1", "--merge");

        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err())
                .contains("already has cluster \"prod/c1\" with other content", "--overwrite")
                .hasLineCount(1);
        assertThat(file).hasContent(kubeconfig("c1", "https://elsewhere"));
        assertThat(cli.run("kubeconfig", "prod", "c1", "--merge", "--overwrite").code())
                .isZero();
        assertThat(file).hasContent(kubeconfig("c1", "https://one:443"));
    }

    /** What is typed next goes to the cluster that was current before: whoever merges has to be told. */
    @Test
    void merge_currentContextOfAnother_saysHowToSwitch() throws IOException {
        write("current-context: work\n");

        assertThat(cli.run("kubeconfig", "prod", "c1", "c2", "--merge").out()).endsWith("""
                added contexts "prod/c1", "prod/c2"; current context stays "work": kubectl config use-context prod/c1
                """);
        assertThat(cli.run("kubeconfig", "prod", "c2", "--merge").out()).isEqualTo("""
                %s already holds this
                current context stays "work": kubectl config use-context prod/c2
                """.formatted(file));
    }

    @Test
    void merge_overwritten_saysWhichContextIsAnother() throws IOException {
        write(kubeconfig("c1", "https://former:443").replace("current-context: prod/c1", "current-context: work"));

        var result = cli.run("kubeconfig", "prod", "c1", "c2", "--merge", "--overwrite");
        assertThat(result.err()).isEmpty();
        assertThat(result.out())
                .contains("\nadded context \"prod/c2\"; updated context \"prod/c1\"; current context stays \"work\": ");
    }

    /** kubectl does not look there by itself. */
    @Test
    void merge_namedFile_isNamedToKubectlToo() throws IOException {
        var elsewhere = directory.resolve("my file");
        Files.writeString(elsewhere, "current-context: work\n");

        assertThat(cli.run("kubeconfig", "prod", "c1", "--merge=" + elsewhere).out())
                .endsWith("kubectl --kubeconfig '" + elsewhere + "' config use-context prod/c1\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"current-context:\n", "current-context: ''\n", "current-context: null\n"})
    void merge_noCurrentContext_takesOurs(String content) throws IOException {
        write(content);
        assertThat(cli.run("kubeconfig", "prod", "c1", "--merge").out())
                .endsWith("added context \"prod/c1\"; current context is \"prod/c1\"\n");
        assertThat(Files.readString(file)).contains("current-context: prod/c1");
    }

    @Test
    void merge_beforeTheAccount_saysThatItTookItAsItsFile() {
        var result = cli.run("kubeconfig", "--merge", "prod", "prod-classic");

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("(--merge took 'prod' as its file: write --merge last, or --merge=FILE)");
        assertThat(cli.run("kubeconfig", "prod", "--merge").err()).doesNotContain("took");
    }

    @Test
    void merge_intoADirectory_saysSo() throws IOException {
        var result = cli.run("kubeconfig", "prod", "c1", "--merge=" + directory);

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).contains(directory + " is a directory").hasLineCount(1);
        assertThat(directory.resolveSibling(directory.getFileName() + ".lock")).doesNotExist();
    }

    /** A file in its way is no lock that somebody holds. */
    @Test
    void merge_directoryThatCannotBeMade_saysSo() throws IOException {
        Files.writeString(directory.resolve("taken"), "");

        assertThat(cli.run("kubeconfig", "prod", "c1", "--merge=" + directory.resolve("taken/config"))
                        .err())
                .contains("cannot make the directory " + directory.resolve("taken"))
                .hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource({"r--------, r--------", "rw-------, rw-------", "rw-rw-r--, rw-------", "r-xr-xr-x, r--------"})
    void merge_mode_staysWhereItIsAsStrict_andIsNarrowedElse(String before, String after) throws IOException {
        write("apiVersion: v1\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(before));
        cli.run("kubeconfig", "prod", "c1", "--merge");

        for (var each : List.of("config", "config.bak-20260301T120000Z")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.resolveSibling(each))))
                    .isEqualTo(after);
        }
        assertThat(Files.readString(file)).contains("https://one:443");
    }

    @Test
    void merge_symbolicLink_itsTargetIsChanged() throws IOException {
        var target = directory.resolve("real");
        Files.writeString(target, "apiVersion: v1\n");
        var link = Files.createSymbolicLink(directory.resolve("link"), target);

        assertThat(cli.run("kubeconfig", "prod", "c1", "--merge=" + link).code())
                .isZero();
        assertThat(link).isSymbolicLink();
        assertThat(Files.readString(target)).contains("prod/c1");
    }

    @Test
    void merge_kubeconfigVariable_firstEntry() {
        cli.environment.put("KUBECONFIG", ":" + directory.resolve("a") + ":" + directory.resolve("b"));

        assertThat(cli.run("kubeconfig", "prod", "c1", "--merge").out())
                .startsWith("wrote " + directory.resolve("a") + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1, 2]", "a: [", "a: 1\n---\nb: 2\n", "secret-canary"})
    void merge_fileIsNoKubeconfig_untouchedAndNotQuoted(String content) throws IOException {
        write(content);

        var result = cli.run("kubeconfig", "prod", "c1", "--merge");

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err())
                .contains(file.toString())
                .doesNotContain("secret-canary")
                .hasLineCount(1);
        assertThat(Files.readString(file)).isEqualTo(content);
        assertThat(names()).containsExactly("config");
    }

    @Test
    void merge_kubectlHoldsTheLock_refused() throws IOException {
        write("apiVersion: v1\n");
        Files.createFile(file.resolveSibling("config.lock"));

        assertThat(cli.run("kubeconfig", "prod", "c1", "--merge").err()).contains("another program is changing");
        assertThat(names()).containsExactlyInAnyOrder("config", "config.lock");
    }

    private void write(String content) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(file.getParent())) {
            return files.map(path -> path.getFileName().toString()).toList();
        }
    }

    private static String kubeconfig(String cluster, String server) {
        return """
                apiVersion: v1
                kind: Config
                clusters:
                - name: prod/@
                  cluster:
                    server: %
                contexts:
                - name: prod/@
                  context:
                    cluster: prod/@
                    user: prod/@
                current-context: prod/@
                users:
                - name: prod/@
                  user:
                    exec:
                      command: /opt/iam-broker/bin/iam-broker-credential
                """.replace("@", cluster).replace("%", server);
    }
}

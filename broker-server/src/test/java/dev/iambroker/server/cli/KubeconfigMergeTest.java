package dev.iambroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What other programs and people wrote is all there after a merge, compared value by value and comment by comment. */
final class KubeconfigMergeTest {
    private static final Path CORPUS = Path.of("src/test/resources/kubeconfigs");
    private static final Pattern COMMENT = Pattern.compile("(?m)(?:^|[ \\]\\[{},])(# .*?)\\r?$");
    private static final List<Object> OURS = List.of("build/c1", "prod/c1");
    private static final List<String> SECTIONS = List.of("clusters", "contexts", "users");

    @TempDir
    Path directory;

    private FakeDaemon daemon;
    private Cli cli;
    private Path file;

    @BeforeEach
    void start() throws IOException {
        daemon = FakeDaemon.in(directory);
        daemon.answer("GET /v1/accounts/prod/clusters/c1/kubeconfig", 200, """
                apiVersion: v1
                kind: Config
                clusters:
                  - name: "build/c1"
                    cluster:
                      server: "https://one:443"
                contexts:
                  - name: "build/c1"
                    context:
                      cluster: "build/c1"
                      user: "prod/c1"
                      namespace: default
                current-context: "build/c1"
                users:
                  - name: "prod/c1"
                    user:
                      exec:
                        command: "/opt/iam-broker/bin/iam-broker-credential"
                """);
        cli = Cli.on(daemon);
        file = directory.resolve("config");
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
    }

    static List<Path> corpus() throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void corpus_merged_losesNothingAndGainsOurs(Path original) throws IOException {
        Files.copy(original, file);
        var before = values(original);

        var result = merge();

        assertThat(result.err()).isEmpty();
        var after = values(file);
        for (var section : SECTIONS) {
            assertThat(entries(after, section)).hasSize(entries(before, section).size() + 1);
        }
        assertThat(withoutOurs(after)).isEqualTo(withoutEmpty(before));
        assertThat(comments(file)).containsExactlyInAnyOrderElementsOf(comments(original));
        assertThat(file.resolveSibling("config.bak-20260301T120000Z")).hasSameBinaryContentAs(original);
        assertThat(result.out()).contains("config.bak-20260301T120000Z");
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void corpus_mergedAgain_isNotTouched(Path original) throws IOException {
        Files.copy(original, file);
        merge();
        var first = Files.readString(file);

        assertThat(merge().out()).startsWith(file + " already holds this\n");
        assertThat(Files.readString(file)).isEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(strings = {"minikube", "kind", "iks-2017", "iks-2019", "iks-2021", "oc-login"})
    void asAProgramWroteIt_linesStayAsTheyAre(String name) throws IOException {
        var original = CORPUS.resolve(name + ".yaml");
        Files.copy(original, file);

        merge();

        var kept = Files.readAllLines(original).stream()
                .filter(line -> !line.startsWith("current-context: \"\""))
                .toList();
        assertThat(Files.readAllLines(file)).containsSubsequence(kept);
    }

    @Test
    void windowsLineEnds_stay() throws IOException {
        Files.copy(CORPUS.resolve("windows.yaml"), file);
        merge();
        assertThat(Files.readString(file).replace("\r\n", "")).doesNotContain("\n");
    }

    @Test
    void anchors_keepTheirNames() throws IOException {
        Files.copy(CORPUS.resolve("by-hand.yaml"), file);
        merge();
        assertThat(Files.readString(file)).contains("&defaults", "*defaults", "&ca ", "*ca", "&me ", "*me");
    }

    @ParameterizedTest
    @ValueSource(strings = {"clusters: {a: b}\n", "users: text\n", "contexts:\n  a: {b: c}\n"})
    void sectionThatIsNoList_refusedAndUntouched(String content) throws IOException {
        Files.writeString(file, content);

        var result = merge();

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).contains("is no list", "nothing was changed").hasLineCount(1);
        assertThat(Files.readString(file)).isEqualTo(content);
    }

    @ParameterizedTest
    @ValueSource(strings = {"apiVersion: v1\n---\napiVersion: v1\n", "users: *nowhere\n", "users: [\n", "- a\n"})
    void notOneYamlMapping_refusedAndUntouched(String content) throws IOException {
        Files.writeString(file, content);

        var result = merge();

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).contains("nothing was changed").hasLineCount(1);
        assertThat(Files.readString(file)).isEqualTo(content);
    }

    /** Editors show it as blanks. */
    @Test
    void tabBeforeAnEntry_namedWithItsLine() throws IOException {
        var content = "apiVersion: v1\nclusters:\n\t- name: tab\n";
        Files.writeString(file, content);

        var result = merge();

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err())
                .contains("has a tab at the start of line 3", "nothing was changed", "by spaces")
                .hasLineCount(1);
        assertThat(Files.readString(file)).isEqualTo(content);
    }

    @Test
    void commentsBeforeEntries_moveBehindTheDash() throws IOException {
        Files.writeString(file, """
                # of the file
                clusters:
                # of the first
                - name: a # beside
                  cluster: {server: 'https://a'}
                # of the second
                - name: b
                  cluster: {server: 'https://b'}
                """);
        merge();
        assertThat(Files.readString(file)).startsWith("""
                # of the file
                clusters:
                - # of the first
                  name: a # beside
                  cluster: {server: 'https://a'}
                - # of the second
                  name: b
                """);
    }

    /** kubectl takes the first of two contexts of a name, or refuses: either way ours must not be thought to be there. */
    @Test
    void nameTwice_secondDiffers_refused() throws IOException {
        merge();
        Files.writeString(
                file, Files.readString(file).replace("users:", "users:\n- name: \"prod/c1\"\n  user: {token: x}"));
        var before = Files.readString(file);

        assertThat(merge().err()).contains("user \"prod/c1\"");
        assertThat(Files.readString(file)).isEqualTo(before);
    }

    @Test
    void listThatIsAnAlias_otherUseOfItStaysAsItWas() throws IOException {
        Files.writeString(file, "x-mine: &c [{name: a, cluster: {server: 'https://a'}}]\nclusters: *c\n");
        merge();
        var after = values(file);
        assertThat(after.get("x-mine"))
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .hasSize(1);
        assertThat(entries(after, "clusters")).hasSize(2);
    }

    @Test
    void severalFiles_onlyTheFirstIsChanged() throws IOException {
        var second = Files.copy(CORPUS.resolve("k3s.yaml"), directory.resolve("second"));
        Files.copy(CORPUS.resolve("kind.yaml"), file);
        cli.environment.put("KUBECONFIG", file + ":" + second);

        assertThat(cli.run("kubeconfig", "prod", "c1", "--merge").out()).startsWith("merged into " + file);
        assertThat(second).hasSameBinaryContentAs(CORPUS.resolve("k3s.yaml"));
    }

    private Cli.Result merge() {
        return cli.run("kubeconfig", "prod", "c1", "--merge=" + file);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> values(Path path) throws IOException {
        var settings = LoadSettings.builder().setAllowDuplicateKeys(true).build();
        return (Map<String, Object>) new Load(settings).loadFromString(Files.readString(path));
    }

    private static List<?> entries(Map<String, Object> document, String section) {
        return document.get(section) instanceof List<?> list ? list : List.of();
    }

    /** Empty lists and contexts are filled, and that is all. */
    private static Map<String, Object> withoutEmpty(Map<String, Object> document) {
        document.entrySet()
                .removeIf(entry -> entry.getValue() == null
                        || entry.getValue().equals(List.of())
                        || entry.getValue().equals(""));
        return document;
    }

    private static Map<String, Object> withoutOurs(Map<String, Object> document) {
        for (var section : SECTIONS) {
            var others = new ArrayList<Object>(entries(document, section));
            others.removeIf(entry -> entry instanceof Map<?, ?> map && OURS.contains(map.get("name")));
            document.put(section, others);
        }
        document.remove("current-context", "build/c1");
        return withoutEmpty(document);
    }

    private static List<String> comments(Path path) throws IOException {
        return COMMENT.matcher(Files.readString(path))
                .results()
                .map(found -> found.group(1).strip())
                .toList();
    }
}

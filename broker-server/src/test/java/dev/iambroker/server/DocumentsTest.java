package dev.iambroker.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.account.AccountState;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the documents name must exist. */
final class DocumentsTest {
    private static final Path ROOT = Path.of("..");

    @ParameterizedTest
    @ValueSource(strings = {"docs/security.md", "docs/reliability.md"})
    void document_namesTestMethodsThatExist(String document) throws IOException {
        List<Path> sources = testSources();
        Set<String> named = matches(ROOT.resolve(document), Pattern.compile("`(\\w+(?:Test|IT|Fuzz)(?:\\.\\w+)?)`"));
        assertThat(named).hasSizeGreaterThan(30);
        for (String test : named) {
            String[] parts = test.split("\\.");
            assertThat(sourceOf(parts[0], sources)).as(test).containsPattern("\\b" + parts[parts.length - 1] + "\\b");
        }
    }

    /** All sources of that name: there are tests of the same name in several modules. */
    private static String sourceOf(String testClass, List<Path> files) throws IOException {
        StringBuilder text = new StringBuilder();
        for (Path file : files) {
            if (file.endsWith(testClass + ".java")) {
                text.append(Files.readString(file));
            }
        }
        return text.toString();
    }

    private static List<Path> testSources() throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> modules = Files.newDirectoryStream(ROOT, "broker-*")) {
            for (Path module : modules) {
                try (Stream<Path> found = Files.walk(module.resolve("src/test/java"))) {
                    found.forEach(files::add);
                }
            }
        }
        return files;
    }

    @Test
    void links_leadSomewhere() throws IOException {
        for (String document : Set.of("README.md", "CONTRIBUTING.md", "SECURITY.md", "RATIONALE.md", "CHANGELOG.md")) {
            for (String target : matches(ROOT.resolve(document), Pattern.compile("\\]\\(([^)#:]+)\\)"))) {
                assertThat(ROOT.resolve(target))
                        .as("%s links to %s", document, target)
                        .exists();
            }
        }
    }

    @Test
    void operationsDocument_namesEveryState() throws IOException {
        Set<String> named =
                matches(ROOT.resolve("docs/operations.md"), Pattern.compile("(?m)^\\| `([a-z_]+)` \\|.*\\|.*\\|$"));
        Set<String> states =
                Stream.of(AccountState.values()).map(AccountState::word).collect(Collectors.toSet());
        assertThat(named).containsAll(states);
    }

    private static Set<String> matches(Path document, Pattern pattern) throws IOException {
        Matcher matcher = pattern.matcher(Files.readString(document));
        Set<String> found = new TreeSet<>();
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }
}

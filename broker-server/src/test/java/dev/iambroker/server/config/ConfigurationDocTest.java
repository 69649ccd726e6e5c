package dev.iambroker.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigurationDocTest {
    private static final Path DOC = Path.of("../docs/configuration.md");
    private static final Path SAMPLE = Path.of("src/dist/etc/broker.yaml");
    private static final String ROW = "| `";

    @TempDir
    Path dir;

    @Test
    void doc_keys_areThoseThatTheLoaderKnows() throws IOException {
        List<String> documented = Files.readAllLines(DOC).stream()
                .filter(line -> line.startsWith(ROW))
                .map(line -> line.substring(ROW.length(), line.indexOf('`', ROW.length())))
                .toList();
        assertThat(documented).containsExactlyInAnyOrderElementsOf(Keys.all()).doesNotHaveDuplicates();
    }

    @Test
    void doc_defaults_areThoseInForce() throws IOException {
        String doc = Files.readString(DOC);
        var fixture = new ConfigFixture(dir);
        String yaml = "accounts: { dev: { passcode: {} } }\n";
        for (String key : List.of(
                "refresh.at",
                "refresh.jitter",
                "refresh.min-interval",
                "kube.expiry-margin",
                "kube.keep-warm",
                "cloud",
                "log.level",
                "log.format")) {
            String inForce = fixture.value(yaml, key).replace(" from default", "");
            String row = doc.lines()
                    .filter(line -> line.startsWith(ROW + key + "`"))
                    .findFirst()
                    .orElseThrow();
            assertThat(row.split("\\|")[3].strip()).as(key).isEqualTo("`" + inForce + "`");
        }
    }

    @Test
    void sample_asShipped_loadsWithoutAWord() throws IOException {
        assertThat(new ConfigFixture(dir).loaded(Files.readString(SAMPLE)).warnings())
                .isEmpty();
    }

    @Test
    void sample_everythingUncommented_loads() throws IOException {
        var fixture = new ConfigFixture(dir);
        fixture.secret("k", "secret of the account");
        fixture.secret("s", "secret of the client");
        fixture.write("group", "iam-broker:x:900:\n", "rw-r--r--");
        String all = Files.readString(SAMPLE)
                .replaceAll("(?m)^( *)# ( *(?:- )?[a-z][a-z-]*:.*)$", "$1$2")
                .replace("/etc/iam-broker/prod-api-key", "k")
                .replace("/etc/iam-broker/ci-secret", "s")
                .replace("{ credential: state-key }", "{ file: k }");
        assertThat(fixture.config(all).accounts()).hasSize(3);
        assertThat(fixture.config(all).clients()).hasSize(2);
        assertThat(fixture.config(all).state().keys()).hasSize(1);
    }

    @Test
    void doc_examples_hold() throws IOException {
        var fixture = new ConfigFixture(dir);
        assertThat(fixture.problems("accounts:\n  prod:\n\n    api-key: hunter2\n"))
                .singleElement()
                .asString()
                .satisfies(text -> assertThat(Files.readString(DOC)).contains(text));
        assertThat(fixture.problems("accounts: { dev: { passcode: {} } }\n\n\n\n\n\n\nrefresh:\n  jiter: 0.1\n"))
                .singleElement()
                .asString()
                .satisfies(text -> assertThat(Files.readString(DOC)).contains(text));
    }
}

package dev.iambroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class InitCommandTest {
    private static final String ID = "0123456789abcdef0123456789abcdef";
    private static final String CANARY = "s3cret-Canary";

    @TempDir
    Path directory;

    private final Cli cli = new Cli();
    private Path file = Path.of("");

    @BeforeEach
    void place() {
        file = directory.resolve("new/iam-broker/broker.yaml");
        cli.configPlace = file;
    }

    @Test
    void init_apiKeyTyped_keptBesideTheConfigurationForItsOwnerAlone() throws IOException {
        cli.inTerminal = true;
        cli.stdin = "1\n\n" + ID + "\n";
        cli.typed = CANARY;

        var result = cli.run("init");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out())
                .contains("written: " + file, "systemctl --user enable --now iam-broker.socket", "--for account prod");
        assertThat(result.out() + result.err() + Files.readString(file)).doesNotContain(CANARY);
        assertThat(file)
                .content()
                .contains("  prod:\n", "api-key: { file: prod-api-key }", "account-id: \"" + ID + "\"");
        assertThat(file.resolveSibling("prod-api-key")).hasContent(CANARY);
        assertThat(modes()).isEqualTo("rwx------ rwx------ rw------- rw-------");
        assertThat(cli.prompts).singleElement().asString().contains("not shown");
    }

    @Test
    void init_passcode_needsNoSecretAndSaysHowToLogIn() throws IOException {
        cli.stdin = "passcode\ndev\n" + ID + "\n";

        var result = cli.run("init");

        assertThat(result.err()).isEmpty();
        assertThat(result.out()).contains("\n  iam-broker login dev\n");
        assertThat(file).content().contains("    passcode: {}\n");
        assertThat(modes()).isEqualTo("rwx------ rwx------ rw-------");
    }

    @Test
    void init_withoutAnAccountId_saysWhatIsMissing() {
        cli.stdin = "2\ndev\n\n";

        assertThat(cli.run("init").out()).contains("iam-broker accounts dev");
        assertThat(file).content().contains("#account-id: ");
    }

    @Test
    void init_trustedProfile_asksForItsNameAndFile() {
        cli.stdin = "3\nvm\n" + ID + "\nci runners\n\n";

        assertThat(cli.run("init").code()).isZero();
        assertThat(file)
                .content()
                .contains("{ profile-name: \"ci runners\", cr-token-file: /var/run/secrets/tokens/sa-token }");
    }

    @Test
    void init_personMistypes_askedAgain() {
        cli.inTerminal = true;
        cli.stdin = "4\n2\nProd!\ndev\nabc\n" + ID + "\n";

        var result = cli.run("init");

        assertThat(result.code()).isZero();
        assertThat(result.err()).contains("  answer 1, 2 or 3\n", "  an alias has", "  an account ID has");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2\n",
                "2\ndev\n",
                "9\ndev\n\n",
                "2\nDEV\n\n",
                "2\ndev\nxyz\n",
                "1\nprod\n\n",
                "1\nprod\n\n\n",
                "3\nvm\n\na: b\n\n"
            })
    void init_scriptThatAnswersTooLittleOrWrong_oneLineAndNothingWritten(String stdin) {
        cli.stdin = stdin;

        var result = cli.run("init");

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).hasLineCount(1).contains("nothing was written");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void init_configurationExists_untouched() throws IOException {
        Files.createDirectories(file.resolveSibling("."));
        Files.writeString(file, "mine");

        var result = cli.run("init");

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).hasLineCount(1).contains("exists, and stays as it is");
        assertThat(file).hasContent("mine");
    }

    @Test
    void init_keyFileExists_untouchedAndNoConfigurationMade() throws IOException {
        Files.createDirectories(file.resolveSibling("."));
        Files.writeString(file.resolveSibling("prod-api-key"), "mine");
        cli.stdin = "1\nprod\n\n" + CANARY + "\n";

        assertThat(cli.run("init").code()).isEqualTo(1);
        assertThat(file).doesNotExist();
        assertThat(file.resolveSibling("prod-api-key")).hasContent("mine");
    }

    @Test
    void init_terminalWhoseOutputGoesElsewhere_keyIsNotTypedInSight() {
        cli.inTerminal = true;
        cli.stdin = "1\nprod\n\n" + CANARY + "\n";

        var result = cli.run("init");

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("would be shown");
        assertThat(directory).isEmptyDirectory();
    }

    private String modes() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("new"))) {
            return String.join(" ", files.sorted().map(InitCommandTest::mode).toList());
        }
    }

    private static String mode(Path path) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
        } catch (IOException gone) {
            return gone.toString();
        }
    }
}

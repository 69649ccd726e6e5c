package dev.iambroker.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.account.Login;
import dev.iambroker.secret.Secret;
import dev.iambroker.secret.SecretSource;
import dev.iambroker.secret.SecretUnavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SecretReferencesTest {
    private static final String CANARY = "cAnArY0123456789abcdefghijkl";

    @TempDir
    Path dir;

    private ConfigFixture fixture;

    @BeforeEach
    void makeFixture() {
        String path = System.getenv("PATH");
        fixture = new ConfigFixture(
                dir,
                Map.of(
                        "KEY",
                        CANARY + "\n",
                        "EMPTY",
                        "",
                        "HIDDEN",
                        "not for commands",
                        "PATH",
                        path == null ? "/usr/bin:/bin" : path,
                        "CREDENTIALS_DIRECTORY",
                        dir + "/credentials"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", ""})
    void read_file_dropsOneNewlineAtTheEnd(String end) {
        fixture.secret("key", CANARY + end);
        assertHolds(source("{ file: key }"), CANARY);
        fixture.secret("key", " " + CANARY + "\n" + end);
        assertHolds(source("{ file: key }"), " " + CANARY + (end.isEmpty() ? "" : "\n"));
    }

    @Test
    void read_variableCredentialAndCommand_giveTheirSecret() {
        fixture.secret("credentials/c", CANARY + "\n");
        assertHolds(source("{ env: KEY }"), CANARY);
        assertHolds(source("{ credential: c }"), CANARY);
        assertHolds(source("{ command: [echo, " + CANARY + "] }"), CANARY);
    }

    @Test
    void read_rotatedFile_givesTheNewSecret() {
        fixture.secret("key", "old");
        SecretSource source = source("{ file: key }");
        fixture.secret("key", "new");
        assertHolds(source, "new");
    }

    @Test
    void read_emptyOrTooLongOrBinary_isUnavailable() throws IOException {
        fixture.secret("key", "\n");
        assertUnavailable(source("{ file: key }"), "file " + dir + "/key: is empty (expected the secret)");
        assertUnavailable(source("{ env: EMPTY }"), "environment variable EMPTY: is empty (expected the secret)");
        assertUnavailable(source("{ command: ['true'] }"), "command true: is empty (expected the secret)");
        fixture.secret("key", "x".repeat(SecretText.MAX_BYTES + 1));
        assertUnavailable(
                source("{ file: key }"),
                "file " + dir + "/key: is longer than 64 KiB" + " (expected one secret and nothing else)");
        Files.write(dir.resolve("key"), new byte[] {(byte) 0xff});
        assertUnavailable(
                source("{ file: key }"), "file " + dir + "/key: is not UTF-8 text (expected the secret as text)");
    }

    @Test
    void read_fileOpenedToOthersLater_isRefusedThen() {
        fixture.secret("key", CANARY);
        SecretSource source = source("{ file: key }");
        fixture.write("key", CANARY, "rw-r--r--");
        assertUnavailable(
                source, "file " + dir + "/key: is readable by others, mode 0644 (expected 0600: chmod 600 it)");
    }

    @ParameterizedTest
    @CsvSource({
        "rw----r--, is readable by others",
        "rw-rw-r--, is readable by others",
        "rw-rw----, is writable by others than its owner",
        "rw--w----, is writable by others than its owner",
        "rw-----w-, is writable by others than its owner",
    })
    void check_fileOpenToMoreThanItsOwner_isRefused(String permissions, String complaint) {
        fixture.write("key", CANARY, permissions);
        assertThat(fixture.problems(account("api-key: { file: key }")))
                .singleElement()
                .asString()
                .startsWith("broker.yaml:1:38: accounts.prod.api-key.file: " + complaint + ", mode 0");
    }

    @Test
    void check_linkToAnOpenFile_judgesTheTarget() throws IOException {
        Path open = fixture.write("open", CANARY, "rw-r--r--");
        Path shut = fixture.secret("shut", CANARY);
        Files.createSymbolicLink(dir.resolve("key"), open);
        assertThat(fixture.problems(account("api-key: { file: key }")))
                .singleElement()
                .asString()
                .contains("is readable by others, mode 0644");
        Files.delete(dir.resolve("key"));
        Files.createSymbolicLink(dir.resolve("key"), shut);
        assertHolds(source("{ file: key }"), CANARY);
    }

    @Test
    void check_noFileOrNoRegularFile_isRefused() {
        assertThat(fixture.problems(account("api-key: { file: nowhere }")))
                .containsExactly(
                        "broker.yaml:1:38: accounts.prod.api-key.file: no such file (expected a file that holds the"
                                + " secret)");
        assertThat(fixture.problems(account("api-key: { file: . }")))
                .singleElement()
                .asString()
                .contains("is not a regular file");
        assertThat(fixture.problems(account("api-key: { file: ~/key }")))
                .singleElement()
                .asString()
                .contains("starts with ~, which only a shell replaces");
    }

    @Test
    void judge_groupReadable_needsRootAndAnOwnGroup() {
        var rules = new SecretFileRules(
                new ProcessIdentity(1000, Set.of(1000, 27)), new SecretMounts(dir.resolve("mountinfo"), List.of()));
        assertThat(judge(rules, 0100640, 0, 27)).isInstanceOf(Verdict.Good.class);
        assertThat(judge(rules, 0100640, 0, 28)).isInstanceOf(Verdict.Bad.class);
        assertThat(judge(rules, 0100640, 1000, 27)).isInstanceOf(Verdict.Bad.class);
        assertThat(judge(rules, 0100660, 0, 27)).isInstanceOf(Verdict.Bad.class);
        assertThat(judge(rules, 0100600, 1000, 1000)).isInstanceOf(Verdict.Good.class);
        assertThat(rules.judge(dir, new FileFacts(0100440, 0, 0, 1, 1), SecretFileRules.Kind.CREDENTIAL))
                .isInstanceOf(Verdict.Good.class);
        assertThat(rules.judge(dir, new FileFacts(0100444, 0, 0, 1, 1), SecretFileRules.Kind.CREDENTIAL))
                .isInstanceOf(Verdict.Bad.class);
    }

    private Verdict judge(SecretFileRules rules, int mode, int uid, int gid) {
        return rules.judge(dir, new FileFacts(mode, uid, gid, 1, 1), SecretFileRules.Kind.ORDINARY);
    }

    @Test
    void check_containerMount_isWarnedOfOnly() {
        fixture.write("mounted/secrets/key", CANARY, "rw-r--r--");
        String yaml = account("api-key: { file: mounted/secrets/key }");
        assertThat(fixture.problems(yaml)).singleElement().asString().contains("is readable by others");

        mount("rw", "tmpfs");
        assertThat(fixture.warnings(yaml))
                .containsExactly("broker.yaml:1:38: accounts.prod.api-key.file: is readable by"
                        + " others, mode 0644 (expected 0600: chmod 600 it)");
        assertHolds(source("{ file: mounted/secrets/key }"), CANARY);
        mount("ro,relatime", "ext4");
        assertThat(fixture.warnings(yaml)).hasSize(1);
        mount("rw", "ext4");
        assertThat(fixture.problems(yaml)).hasSize(1);
    }

    private void mount(String options, String type) {
        fixture.write(
                "mountinfo",
                "1 0 8:1 / / rw - ext4 /dev/vda rw\n2 1 0:9 / " + dir + "/mounted/secrets " + options + " shared:3 - "
                        + type + " none rw\n",
                "rw-r--r--");
    }

    @Test
    void check_platformToken_isWarnedOfOnly() {
        fixture.write("token", CANARY, "rw-r--r--");
        String yaml = account("trusted-profile: { profile-name: ci, cr-token-file: token }");
        assertThat(fixture.warnings(yaml))
                .singleElement()
                .asString()
                .contains("accounts.prod.trusted-profile.cr-token-file: is readable by others, mode 0644");
    }

    @Test
    void check_variableCredentialAndProgram_mustBeThere() {
        assertThat(fixture.problems(account("api-key: { env: NOT_SET }")))
                .singleElement()
                .asString()
                .contains("accounts.prod.api-key.env: is not set (expected the secret in the daemon's environment)");
        assertThat(fixture.problems(account("api-key: { credential: none }")))
                .singleElement()
                .asString()
                .contains("accounts.prod.api-key.credential: no such file");
        assertThat(fixture.problems(account("api-key: { credential: ../key }")))
                .singleElement()
                .asString()
                .contains("is no name of a credential (expected a plain file name)");
        assertThat(fixture.problems(account("api-key: { command: [/no/such/program] }")))
                .singleElement()
                .asString()
                .contains("no such program");
        assertThat(new ConfigFixture(dir).problems(account("api-key: { credential: c }")))
                .singleElement()
                .asString()
                .contains("CREDENTIALS_DIRECTORY is not set");
    }

    @Test
    void load_command_isNotRun() {
        fixture.config(account("api-key: { command: [touch, \"" + dir + "/ran\"] }"));
        assertThat(dir.resolve("ran")).doesNotExist();
    }

    @Test
    void read_command_hasAMinimalEnvironment() {
        fixture.write("show", "#!/bin/sh\necho \"${HIDDEN-unset} ${KEY-unset} ${PATH:+path} $(pwd)\"\n", "rwx------");
        assertHolds(source("{ command: [./show] }"), "unset unset path /");
    }

    @Test
    void read_failingCommand_saysItsStatusAndNothingElse() {
        fixture.write("fail", "#!/bin/sh\necho " + CANARY + "\necho " + CANARY + " >&2\nexit 3\n", "rwx------");
        assertUnavailable(
                source("{ command: [./fail, " + CANARY + "] }"),
                "command " + dir + "/fail: ended with status 3 (expected 0: run it by hand to see why)");
        assertUnavailable(
                source("{ command: [no-such-program-here, " + CANARY + "] }"),
                "command no-such-program-here: cannot be started (expected a program that this user may run)");
    }

    @Test
    void read_hangingCommand_isKilledWithItsChildren() {
        fixture.write("hang", "#!/bin/sh\nsleep 600 &\necho $! > " + dir + "/child\nwait\n", "rwx------");
        // Long enough for the script to have started its child.
        var command =
                new SecretCommand(List.of(dir + "/hang"), fixture.surroundings.environment(), Duration.ofSeconds(3));

        assertUnavailable(command, "command " + dir + "/hang: did not end within 3s and was killed");

        assertThat(childOf(dir))
                .satisfiesAnyOf(
                        child -> assertThat(ProcessHandle.of(child)).isEmpty(),
                        child -> assertThat(
                                        ProcessHandle.of(child).orElseThrow().onExit())
                                .succeedsWithin(Duration.ofSeconds(10)));
    }

    private static long childOf(Path dir) {
        try {
            return Long.parseLong(Files.readString(dir.resolve("child")).strip());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void read_endlessCommand_isCutOff() {
        fixture.write("endless", "#!/bin/sh\nexec yes\n", "rwx------");
        assertUnavailable(
                source("{ command: [./endless] }"),
                "command " + dir + "/endless: is longer than 64 KiB (expected one secret and nothing else)");
    }

    @Test
    void equals_sameReference_isEqualAcrossLoads() {
        fixture.secret("key", CANARY);
        for (String reference : List.of("{ file: key }", "{ env: KEY }", "{ command: [a, b] }")) {
            assertThat(source(reference)).isEqualTo(source(reference)).hasSameHashCodeAs(source(reference));
        }
        assertThat(source("{ command: [a, b] }")).isNotEqualTo(source("{ command: [a, c] }"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "api-key: cAnArY0123456789abcdefghijkl",
                "api-key: \"cAnArY0123456789abcdefghijkl\"",
                "api-key: { cAnArY0123456789abcdefghijkl }",
                "api-key: { cAnArY0123456789abcdefghijkl: x }",
                "api-key: { file: cAnArY0123456789abcdefghijkl }",
                "api-key: { env: cAnArY0123456789abcdefghijkl }",
                "api-key: { env: \"cAnArY0123456789abcdefghijkl!\" }",
                "api-key: { credential: cAnArY0123456789abcdefghijkl }",
                "api-key: { command: cAnArY0123456789abcdefghijkl }",
                "api-key: [ cAnArY0123456789abcdefghijkl ]",
                "api-key: *cAnArY0123456789abcdefghijkl",
                "api-key: !cAnArY0123456789abcdefghijkl x",
                "api-key: @cAnArY0123456789abcdefghijkl",
                "api-key: %cAnArY0123456789abcdefghijkl",
                "api-key: \"\\qcAnArY0123456789abcdefghijkl\"",
                "password: cAnArY0123456789abcdefghijkl",
                "password: { username: u, password: cAnArY0123456789abcdefghijkl }",
                "password: { cAnArY0123456789abcdefghijkl }",
                "passcode: cAnArY0123456789abcdefghijkl",
                "refresh-token: cAnArY0123456789abcdefghijkl",
                "login: cAnArY0123456789abcdefghijkl",
                "apikey: cAnArY0123456789abcdefghijkl",
                "cAnArY0123456789abcdefghijkl",
                "passcode: {}, account-id: cAnArY0123456789abcdefghijkl",
                "passcode: {}, cloud: cAnArY0123456789abcdefghijkl",
                "passcode: {}, uaa: cAnArY0123456789abcdefghijkl",
                "passcode: {}, endpoints: { iam: \"https://u:cAnArY0123456789abcdefghijkl@x\" }",
            })
    void problems_secretInAWrongPlace_isNeverQuoted(String account) {
        assertThat(fixture.problems(account(account)))
                .isNotEmpty()
                .allSatisfy(text -> assertThat(text).doesNotContainIgnoringCase("cAnArY"));
    }

    @Test
    void problems_literalSecretElsewhere_isNeverQuoted() {
        String yaml = account("passcode: {}") + "clients: [ { name: ci, match: { secret: " + CANARY + " }, allow: ["
                + CANARY + "] } ]\nstate: { key: " + CANARY + " }\n";
        assertThat(fixture.problems(yaml))
                .hasSize(3)
                .allSatisfy(text -> assertThat(text).doesNotContain(CANARY))
                .anyMatch(text -> text.endsWith("(expected a reference: secret: { file: /run/secrets/ci-secret })"))
                .anyMatch(text ->
                        text.endsWith("state.key: a literal secret is refused (expected a reference: key: { file:"
                                + " /run/secrets/state-key })"));
    }

    @Test
    void texts_ofSourcesAndConfiguration_holdNoSecret() {
        fixture.secret("key", CANARY);
        var loaded = fixture.loaded("accounts: { a: { api-key: { env: KEY } }, b: { api-key: { command: [echo, "
                + CANARY + "] } }, c: { api-key: { file: key } } }\n");
        assertThat(loaded.toString()
                        + fixture.surroundings
                        + loaded.effective().lines()
                        + loaded.effective().tree())
                .doesNotContain(CANARY);
    }

    private SecretSource source(String reference) {
        BrokerConfig config = fixture.config(account("api-key: " + reference));
        return ((Login.ApiKey) config.accounts().getFirst().account().login()).key();
    }

    private static String account(String login) {
        return "accounts: { prod: { " + login + " } }\n";
    }

    private static void assertHolds(SecretSource source, String clear) {
        assertThat(source.read().matches(Secret.of(clear))).isTrue();
    }

    private static void assertUnavailable(SecretSource source, String message) {
        assertThatThrownBy(source::read)
                .isInstanceOf(SecretUnavailable.class)
                .hasMessage(message)
                .hasMessageNotContaining(CANARY);
    }
}

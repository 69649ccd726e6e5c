package dev.iambroker.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.account.AccountName;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigDiffTest {
    private static final String BEFORE = """
            accounts:
              prod: { api-key: { file: key } }
              dev: { passcode: {} }
              old: { passcode: {} }
            """;

    @TempDir
    Path dir;

    private ConfigFixture fixture;

    @BeforeEach
    void makeFixture() {
        fixture = new ConfigFixture(dir);
        fixture.secret("key", "k-1");
        fixture.secret("key2", "k-2");
    }

    @Test
    void between_changes_areToldInWords() {
        ConfigDiff diff = between(BEFORE, """
                accounts:
                  new: { passcode: {} }
                  prod: { api-key: { file: key2 }, cloud: bluemix-2019 }
                  dev: { passcode: {} }
                kube: { keep-warm: 1h }
                """);

        assertThat(diff.added()).containsExactly(new AccountName("new"));
        assertThat(diff.removed()).containsExactly(new AccountName("old"));
        assertThat(diff.changed()).containsExactly(new AccountName("prod"));
        assertThat(diff.keys()).containsExactly("kube.keep-warm");
        assertThat(diff.words())
                .containsExactly(
                        "account \"new\" added",
                        "account \"old\" removed",
                        "account \"prod\" changed: api-key, cloud, uaa",
                        "kube.keep-warm: 2h -> 1h");
    }

    @Test
    void between_onlyMovedLines_isEmpty() {
        assertThat(between(BEFORE, "# moved\n\n" + BEFORE + "kube: { keep-warm: 120m }\n")
                        .isEmpty())
                .isTrue();
    }

    @Test
    void between_argumentsOfACommand_areToldWithoutThem() {
        String command = """
                accounts: { a: { api-key: { command: [pass, one] } } }
                clients: [ { name: c, match: { secret: { command: [pass, three] } }, allow: [] } ]
                """;
        assertThat(between(command, command.replace("one", "two").replace("three", "four"))
                        .words())
                .containsExactly("account \"a\" changed: api-key", "clients: the arguments of a command changed");
    }

    @Test
    void between_accounts_areComparedByWhatTheyAre() {
        String before = """
                accounts:
                  a: { password: { username: u, password: { file: key } } }
                  b: { login: a, account-id: 11111111111111111111111111111111 }
                  c: { passcode: {} }
                """;
        String after = """
                accounts:
                  a: { password: { username: v, password: { file: key } } }
                  b: { login: a, account-id: 22222222222222222222222222222222 }
                  c: { api-key: { file: key }, endpoints: { iam: "https://iam.example.com", region: eu-de } }
                refresh: { at: 0.6 }
                """;
        assertThat(between(before, after).words())
                .containsExactly(
                        "account \"a\" changed: password",
                        "account \"b\" changed: login, account-id",
                        "account \"c\" changed: api-key, endpoints.iam, endpoints.region",
                        "refresh.at: 0.5 -> 0.6");
    }

    private ConfigDiff between(String before, String after) {
        Loading.Loaded old = fixture.loaded(before);
        return ConfigDiff.between(old, fixture.loaded(after));
    }
}

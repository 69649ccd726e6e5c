package dev.iambroker.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.TokenKind;
import dev.iambroker.server.config.SinkConfig.Format;
import dev.iambroker.server.config.SinkConfig.OnChange;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SinksConfigTest {
    private static final String ACCOUNTS = """
            accounts:
              dev: { passcode: {} }
              prod: { passcode: {}, account-id: 0123456789abcdef0123456789abcdef }
            """;

    @TempDir
    Path dir;

    private ConfigFixture fixture;

    @BeforeEach
    void makeFixture() {
        fixture = new ConfigFixture(dir);
    }

    private static String sinks(String... entries) {
        return ACCOUNTS + "sinks:\n  - " + String.join("\n  - ", entries) + "\n";
    }

    @Test
    void read_least_hasDefaults() {
        assertThat(fixture.config(sinks("{ account: dev, path: out/token }")).sinks())
                .containsExactly(new SinkConfig(
                        new AccountName("dev"),
                        TokenKind.ACCESS,
                        null,
                        false,
                        Format.TOKEN,
                        dir.resolve("out/token"),
                        new FileMode(0600),
                        null,
                        null,
                        Duration.ofMinutes(5),
                        null));
    }

    @Test
    void read_everything_isAsWritten() {
        String yaml = sinks(
                "{ account: prod, format: kubeconfig, cluster: build, endpoint: private, path: /run/k, mode: \"0640\","
                        + " owner: alice, group: developers, min-ttl: 10m, on-change: { command: [/bin/true, -v],"
                        + " timeout: 5s, debounce: 1s } }",
                "{ account: dev, path: /run/t, on-change: { signal: USR1, pid-file: /run/p } }");

        List<SinkConfig> sinks = fixture.config(yaml).sinks();

        assertThat(sinks.getFirst())
                .isEqualTo(new SinkConfig(
                        new AccountName("prod"),
                        TokenKind.KUBE,
                        "build",
                        true,
                        Format.KUBECONFIG,
                        Path.of("/run/k"),
                        new FileMode(0640),
                        1001,
                        2001,
                        Duration.ofMinutes(10),
                        new OnChange.Command(
                                List.of("/bin/true", "-v"), Duration.ofSeconds(5), Duration.ofSeconds(1))));
        assertThat(sinks.getLast().onChange())
                .isEqualTo(new OnChange.Signal(OnChange.Name.USR1, Path.of("/run/p"), Duration.ofSeconds(2)));
        assertThat(fixture.value(yaml, "sinks[0].on-change.command")).startsWith("[/bin/true, …]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{ path: /run/t }                                            | sinks[0].account: is missing",
                "{ account: dev }                                            | sinks[0].path: is missing",
                "{ account: prd, path: /run/t }                              | names no account of this file (expected one of accounts); did you mean \"prod\"?",
                "{ account: dev, path: state/t }                             | is in the state directory",
                "{ account: dev, path: broker.yaml }                         | is the file of something else here",
                "{ account: dev, path: run/broker.sock }                     | is the file of something else here",
                "{ account: dev, path: / }                                   | is no name of a file",
                "{ account: dev, path: /run/t, mode: \"0644\" }              | lets everybody have the token",
                "{ account: dev, path: /run/t, mode: \"0660\" }              | lets somebody write or execute",
                "{ account: dev, path: /run/t, mode: 640 }                   | is an octal mode without quotes",
                "{ account: prod, path: /run/t, format: kubeconfig }         | is a kubeconfig of no cluster",
                "{ account: dev, path: /run/t, cluster: c }                  | names a cluster, and its token is for none",
                "{ account: dev, path: /run/t, kind: kube }                  | of an account that is bound to none (expected account-id there)",
                "{ account: dev, path: /run/t, kind: uaa }                   | wants a UAA token, which this account does not keep",
                "{ account: dev, path: /run/t, kind: acces }                 | is not one of its words (expected access, kube, uaa); did you mean \"access\"?",
                "{ account: dev, path: /run/t, endpoint: private }           | is of no use (expected it beside format: kubeconfig)",
                "{ account: dev, path: /run/t, min-ttl: 2h }                 | is out of range",
                "{ account: dev, path: /run/t, owner: nobody-here }          | is no user of this machine",
                "{ account: dev, path: /run/t, onchange: {} }                | unknown key (expected one of account, kind, cluster, format, endpoint, path, mode, owner, group, min-ttl, on-change); did you mean \"on-change\"?",
                "{ account: dev, path: /run/t, on-change: { debounce: 2s } } | tells nobody (expected { command:",
                "{ account: dev, path: /run/t, on-change: { signal: HUP } }  | pid-file: is missing",
                "{ account: dev, path: /run/t, on-change: { signal: HUP, pid-file: p, command: [a] } } | tells by a command and by a signal",
                "{ account: dev, path: /run/t, on-change: { command: reload } } | is a single value (expected a list: [PROGRAM, ARGUMENT…]",
                "{ account: dev, path: /run/t, on-change: { command: [a], timeout: 0s } } | gives the command no time",
                "{ account: dev, path: /run/t, on-change: { command: [a], pid-file: p } } | is of no use (expected it beside signal)",
            })
    void read_wrong_isRefused(String entry, String complaint) {
        assertThat(fixture.problems(sinks(entry))).singleElement().asString().contains(complaint);
    }

    @Test
    void read_twoWithOnePath_areRefused_andAllProblemsAreTold() {
        assertThat(fixture.problems(sinks(
                        "{ account: dev, path: /run/t }",
                        "{ account: dev, path: /run/../run/t }",
                        "{ account: nobody, path: /run/u }")))
                .hasSize(2)
                .anyMatch(
                        text -> text.contains("sinks[1].path: is the file of something else here, or of another sink"))
                .anyMatch(text -> text.contains("sinks[2].account: names no account"));
    }

    @Test
    void read_useless_isWarnedOf() {
        assertThat(
                        fixture.warnings(
                                sinks(
                                        "{ account: dev, path: /run/t, group: developers, on-change: { command: [/no/such/program] } }")))
                .anyMatch(text -> text.contains("group: may not read the file (expected mode: \"0640\" beside group)"))
                .anyMatch(text -> text.contains("is no program that can be run here"));
    }

    @Test
    void diff_anotherArgumentOfACommand_isADifference() {
        var before = fixture.loaded(sinks("{ account: dev, path: /run/t, on-change: { command: [/bin/true, a] } }"));
        var after = fixture.loaded(sinks("{ account: dev, path: /run/t, on-change: { command: [/bin/true, b] } }"));

        assertThat(ConfigDiff.between(before, after).words())
                .containsExactly("sinks: the arguments of a command changed");
    }
}

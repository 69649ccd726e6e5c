package dev.iambroker.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.policy.Match;
import dev.iambroker.policy.Rate;
import dev.iambroker.policy.Rule;
import dev.iambroker.policy.Terms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client's rule asks of a process, and on what terms it gives. */
final class RuleConditionsTest {
    private static final String DEV = "accounts: { dev: { passcode: {} } }\n";
    private static final String SHA = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";

    @TempDir
    Path dir;

    private ConfigFixture fixture;
    private Path program;

    @BeforeEach
    void makeFixture() throws IOException {
        fixture = new ConfigFixture(dir);
        program = fixture.write("program", "binary", "rwxr-xr-x").toRealPath();
    }

    private static String client(String rest) {
        return DEV + "clients: [ { name: ci, " + rest + " } ]\n";
    }

    private Rule rule(String yaml) {
        return fixture.config(yaml).clients().getFirst().rule();
    }

    @Test
    void match_exeContentAndUnit_areRead() {
        Rule rule = rule(client(
                "match: { uid: 7, exe: " + program + ", exe-sha256: " + SHA + ", unit: build@1.service }, allow: []"));
        assertThat(rule.match())
                .isEqualTo(new Match(
                        7, null, program.toString(), SHA.toLowerCase(java.util.Locale.ROOT), "build@1.service", false));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "exe: kubectl                      | exe: is no path of a program",
                "exe: /usr/bin/../bin/kubectl      | exe: is no path of a program",
                "exe: /usr/bin/                    | exe: is no path of a program",
                "exe: '/usr/bin/kubectl (deleted)' | exe: is no path of a program",
                "exe-sha256: ab                    | exe-sha256: is no SHA-256",
                "unit: build                       | unit: is no unit that processes belong to",
                "unit: build.socket                | unit: is no unit that processes belong to",
                "unit: system.slice/build.service  | unit: is no unit that processes belong to",
            })
    void match_malformed_isRefusedAndNotMadeWider(String condition, String complaint) {
        assertThat(fixture.problems(client("match: { uid: 7, " + condition + " }, allow: []")))
                .singleElement()
                .asString()
                .contains("clients[0].match." + complaint);
    }

    @Test
    void terms_all_areRead() {
        Rule rule = rule(client("match: { uid: 7 }, allow: [], max-ttl: 5m, rate: 10/s,"
                + " expires: 2999-12-31T18:00:00+01:00, dry-run: true"));
        assertThat(rule.terms())
                .isEqualTo(new Terms(
                        Duration.ofMinutes(5),
                        Rate.parse("10/s").orElseThrow(),
                        Instant.parse("2999-12-31T17:00:00Z"),
                        true));
        assertThat(rule(client("match: { uid: 7 }, allow: []")).terms()).isEqualTo(Terms.NONE);
    }

    @Test
    void expires_day_isTheLastOne() {
        assertThat(rule(client("match: { uid: 7 }, allow: [], expires: 2999-12-31"))
                        .terms()
                        .expires())
                .isEqualTo(Instant.parse("3000-01-01T00:00:00Z"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "max-ttl: 5       | max-ttl: is a number without a unit",
                "max-ttl: 9s      | max-ttl: is too short (expected at least 10s)",
                "max-ttl: 25h     | max-ttl: is out of range",
                "rate: 5          | rate: is no rate (expected COUNT/s, COUNT/m or COUNT/h",
                "rate: 0/s        | rate: is no rate",
                "expires: soon    | expires: is no date or time (expected 2026-12-31",
                "expires: 2026-13-01 | expires: is no date or time",
                "expires: 2026-12-31T18:00:00 | expires: is no date or time",
                "dry-run: yes     | dry-run: is neither true nor false",
            })
    void terms_malformed_areRefused(String limit, String complaint) {
        assertThat(fixture.problems(client("match: { uid: 7 }, allow: [], " + limit)))
                .singleElement()
                .asString()
                .contains("clients[0]." + complaint);
    }

    @Test
    void expires_past_isWarnedOf() {
        assertThat(fixture.warnings(client("match: { uid: 7 }, allow: [], expires: 2020-01-01")))
                .singleElement()
                .asString()
                .contains("clients[0]: expired at 2020-01-02T00:00:00Z: its clients are denied everything");
    }

    @Test
    void exe_thatTheKernelWouldNotName_isWarnedOf() throws IOException {
        Path link = Files.createSymbolicLink(dir.resolve("link"), program);
        Path script = fixture.write("script", "#!/bin/sh\n", "rwxr-xr-x").toRealPath();
        assertThat(warningsOfExe(link))
                .singleElement()
                .asString()
                .contains("names a link")
                .contains("exe: program");
        assertThat(warningsOfExe(script)).singleElement().asString().contains("names a script");
        assertThat(warningsOfExe(dir.resolve("absent")))
                .singleElement()
                .asString()
                .contains("names a program that is not there");
        assertThat(warningsOfExe(program)).isEmpty();
    }

    /** Without those about what this process may read: that depends on who runs the test. */
    private List<String> warningsOfExe(Path exe) {
        return fixture.warnings(client("match: { uid: 7, exe: " + exe + " }, allow: []")).stream()
                .filter(text -> !text.contains("CAP_SYS_PTRACE"))
                .toList();
    }

    @Test
    void exe_withoutTheCapability_isWarnedOf() {
        var clients = fixture.loaded(client("match: { uid: 7, exe: " + program + " }, allow: []"));
        boolean mayRead = ProcessIdentity.ofThisProcess().mayReadOtherPrograms();
        assertThat(clients.warnings().stream()
                        .anyMatch(warning -> warning.text().contains("CAP_SYS_PTRACE")))
                .isEqualTo(!mayRead);
    }

    @Test
    void identity_capability_isReadFromItsBit() {
        String with = "CapEff:\t0000000000080000";
        String without = "CapEff:\t000001fffff7ffff";
        List<String> status = List.of("Uid:\t0\t0\t0\t0", "Gid:\t0\t0\t0\t0", "Groups:\t");
        assertThat(ProcessIdentity.parse(List.of(status.get(0), status.get(1), status.get(2), with)))
                .isEqualTo(new ProcessIdentity(0, Set.of(0), true));
        assertThat(ProcessIdentity.parse(List.of(status.get(0), status.get(1), status.get(2), without)))
                .isEqualTo(new ProcessIdentity(0, Set.of(0), false));
    }

    @Test
    void uid_root_isWarnedOf() {
        assertThat(fixture.warnings(client("match: { uid: 0 }, allow: []")))
                .singleElement()
                .asString()
                .contains("is never asked: root has every right");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "uid: 7                 | uid: 7, unit: a.service   | true",
                "unit: a.service        | uid: 7, unit: a.service   | true",
                "gid: 7                 | uid: 7, gid: 7            | true",
                "uid: 7, gid: 8         | gid: 8, uid: 7, unit: a.service | true",
                "unit: a.service        | unit: b.service           | false",
                "uid: 7, unit: a.service | uid: 7                   | false",
                // Alice may be in both groups or in one; a user's groups change without this file.
                "gid: 7                 | gid: 8                    | false",
                "gid: 7                 | uid: 7                    | false",
                "uid: 1001              | gid: 1001                 | false",
            })
    void laterRule_unreachableOrNot(String earlier, String later, boolean isUnreachable) {
        String rules = DEV + "clients:\n  - { name: a, match: { " + earlier + " }, allow: [] }\n"
                + "  - { name: b, match: { " + later + " }, allow: [] }\n";
        assertThat(fixture.warnings(rules).stream().anyMatch(text -> text.contains("clients[1]: is never reached")))
                .isEqualTo(isUnreachable);
    }

    @Test
    void laterRule_unreachable_namesTheOneThatTakesItAllAndSaysWhatToDo() {
        assertThat(fixture.warnings(DEV + """
                clients:
                  - { name: other, match: { uid: 8 }, allow: [] }
                  - { name: wide, match: { uid: 7 }, allow: [] }
                  - { name: narrow, match: { uid: 7, unit: a.service }, allow: [] }
                """)).singleElement().asString().endsWith("""
                        clients[2]: is never reached: client "wide" before it matches whatever it matches, and the first \
                        that matches decides alone (expected this one before "wide", or its rights there)\
                        """);
    }

    @Test
    void laterRule_behindOneInDryRun_isReached() {
        assertThat(fixture.warnings(DEV + """
                clients:
                  - { name: a, match: { uid: 7 }, allow: [], dry-run: true }
                  - { name: b, match: { uid: 7 }, allow: [] }
                """)).isEmpty();
    }

    @Test
    void expectIamId_isReadAndShown() {
        String yaml = "accounts: { dev: { passcode: {}, expect-iam-id: IBMid-1 } }\n";
        assertThat(fixture.config(yaml).accounts().getFirst().account().expectedIamId())
                .isEqualTo("IBMid-1");
        assertThat(fixture.value(yaml, "accounts.dev.expect-iam-id")).startsWith("IBMid-1 from ");
        assertThat(fixture.problems("accounts: { dev: { passcode: {}, expect-iam-id: 'a b' } }\n"))
                .singleElement()
                .asString()
                .contains("expect-iam-id: is no IAM ID");
    }
}

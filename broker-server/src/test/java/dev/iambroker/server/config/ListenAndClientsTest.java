package dev.iambroker.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ListenAndClientsTest {
    private static final String DEV = "accounts: { dev: { passcode: {} } }\n";

    @TempDir
    Path dir;

    private ConfigFixture fixture;

    @BeforeEach
    void makeFixture() {
        fixture = new ConfigFixture(dir, Map.of("KEY", "k"));
        fixture.secret("key", "k-1\n");
        fixture.secret("copy", "k-1");
        fixture.secret("other", "k-2\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.0.0.1:8180      | is no loopback address",
                "0.0.0.0:8180       | is no loopback address",
                "'[::]:8180'        | is no loopback address",
                "broker.example:80  | is no address",
                "127.1:8180         | is no address",
                "0177.0.0.1:8180    | is no address",
                "127.0.0.1.evil:80  | is no address",
                "'::1:8180'         | is no address",
                "127.0.0.1          | has no port",
                "'[::1]'            | has no port",
                "127.0.0.1:65536    | has an impossible port",
                "127.0.0.1:x        | has an impossible port",
            })
    void http_anythingButLoopback_isRefused(String address, String complaint) {
        assertThat(fixture.problems(DEV + "listen: { http: { address: \"" + address + "\" } }\n"))
                .singleElement()
                .asString()
                .isEqualTo("broker.yaml:2:28: listen.http.address: " + message(complaint));
    }

    private static String message(String complaint) {
        String reason = complaint.equals("is no loopback address")
                ? complaint + ": clients are never served from other machines"
                : complaint;
        return reason + " (expected 127.0.0.1:PORT, [::1]:PORT or localhost:PORT)";
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:8180", "[::1]:8180", "localhost:8180", "127.8.9.1:0"})
    void http_loopback_isAccepted(String address) {
        var http = fixture.config(DEV + "listen: { http: { address: \"" + address + "\" } }\n")
                .listen()
                .http();
        assertThat(http).satisfies(found -> {
            assertThat(found).isNotNull();
            assertThat(found.address().getAddress().isLoopbackAddress()).isTrue();
        });
    }

    @Test
    void http_withoutClientSecret_isWarnedOf() {
        String http = DEV + "listen: { http: { address: 127.0.0.1:8180 } }\n";
        assertThat(fixture.warnings(http))
                .singleElement()
                .asString()
                .startsWith("broker.yaml:2:17: listen.http: has no client that could use it");
        assertThat(fixture.warnings(http
                        + "clients: [ { name: a, match: { secret: { file: key } }, allow: [ \"access:dev\" ] } ]\n"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost:8180", "0.0.0.0:8180"})
    void http_sameAddressAsMetrics_isRefused(String metrics) {
        assertThat(fixture.problems(
                        DEV + "listen: { http: { address: 127.0.0.1:8180 }, metrics: { address: " + metrics + " } }\n"))
                .containsExactly("broker.yaml:2:9: listen: has one port for both http and metrics on the same address"
                        + " (expected two)");
    }

    @Test
    void open_unknownRoute_namesTheNearest() {
        assertThat(fixture.problems(DEV + "listen: { http: { address: 127.0.0.1:8180, open: [ready] } }\n"))
                .containsExactly(
                        "broker.yaml:2:51: listen.http.open[0]: is not one of its words (expected livez, readyz,"
                                + " metrics); did you mean \"readyz\"?");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "660      | is an octal mode without quotes: write \"0660\"",
                "0660     | is an octal mode without quotes: write \"0660\"",
                "'\"0689\"' | is no octal mode",
                "'\"rw\"'   | is no octal mode",
                "'\"1660\"' | has bits that a socket has no use for",
                "'\"0060\"' | shuts out the daemon's own user",
            })
    void mode_notQuotedOctal_isRefused(String written, String complaint) {
        assertThat(fixture.problems(DEV + "listen: { unix: { mode: " + written + " } }\n"))
                .singleElement()
                .asString()
                .isEqualTo("broker.yaml:2:25: listen.unix.mode: " + complaint
                        + " (expected an octal mode in quotes such as \"0660\")");
    }

    @Test
    void unix_groupThatCannotConnect_isWarnedOf() {
        assertThat(fixture.warnings(DEV + "listen: { unix: { group: developers } }\n"))
                .singleElement()
                .asString()
                .contains("listen.unix: does not let the group connect (expected mode: \"0660\" beside group)");
    }

    @Test
    void unix_unknownGroup_namesTheNearest() {
        assertThat(fixture.problems(DEV + "listen: { unix: { group: developer, mode: \"0660\" } }\n"))
                .singleElement()
                .asString()
                .startsWith("broker.yaml:2:26: listen.unix.group: is no group of this machine")
                .endsWith("; did you mean \"developers\"?");
    }

    @Test
    void unix_pathTooLong_isRefused() {
        assertThat(fixture.problems(DEV + "listen: { unix: { path: /" + "x".repeat(107) + " } }\n"))
                .singleElement()
                .asString()
                .contains("path is too long for a socket");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://iam.example",
                "iam.example",
                "http://iam.example",
                "http://127.0.0.1.evil.example",
                "http://2130706433",
                "https://u:p@iam.example",
                "https://iam.example?x=1",
                "https://iam.example#x",
                "https://iam.example:0",
                "https://",
                "https://a b",
            })
    void endpoint_notHttps_isRefused(String url) {
        assertThat(fixture.problems(DEV + "endpoints: { iam: \"" + url + "\" }\n"))
                .singleElement()
                .asString()
                .startsWith("broker.yaml:2:19: endpoints.iam: ")
                .endsWith("(expected https://HOST[:PORT][/PATH])")
                .doesNotContain("example");
    }

    @ParameterizedTest
    @CsvSource({
        "https://iam.example/, https://iam.example",
        "HTTPS://iam.example/identity/token, https://iam.example",
        "https://iam.example/identity/token/, https://iam.example",
        "http://localhost:1/x/, http://localhost:1/x",
        "http://127.9.9.9, http://127.9.9.9",
        "'http://[::1]:80', 'http://[::1]:80'",
    })
    void endpoint_whatPeopleWrite_isTolerated(String written, String read) {
        assertThat(fixture.config(DEV + "endpoints: { iam: \"" + written + "\" }\n")
                        .endpoints()
                        .iam())
                .hasToString(read);
    }

    @Test
    void match_empty_isRefused() {
        assertThat(fixture.problems(client("match: {}, allow: []")))
                .containsExactly(
                        "broker.yaml:2:31: clients[0].match: matches every client (expected at least one of uid,"
                                + " user, gid, group, exe, exe-sha256, unit, secret)");
        assertThat(fixture.problems(client("match: , allow: []")))
                .singleElement()
                .asString()
                .contains("matches every client");
        assertThat(fixture.problems(client("allow: []")))
                .singleElement()
                .asString()
                .contains("clients[0].match: is missing");
    }

    @Test
    void match_unknownUserOrBothForms_areRefused() {
        assertThat(fixture.problems(client("match: { user: alcie }, allow: []")))
                .singleElement()
                .asString()
                .endsWith("; did you mean \"alice\"?");
        assertThat(fixture.problems(client("match: { uid: 1001, user: alice }, allow: []")))
                .singleElement()
                .asString()
                .contains("clients[0].match.user: says the same as uid (expected one of them)");
        assertThat(fixture.problems(client("match: { uid: -1 }, allow: []")))
                .singleElement()
                .asString()
                .contains("is no number");
        assertThat(fixture.problems(client("match: { gid: 4294967295 }, allow: []")))
                .singleElement()
                .asString()
                .contains("is out of range");
    }

    @Test
    void name_reservedOrTwice_isRefused() {
        assertThat(fixture.problems(DEV + """
                clients:
                  - { name: owner, match: { uid: 1 }, allow: [] }
                  - { name: ci, match: { uid: 2 }, allow: [] }
                  - { name: ci, match: { uid: 3 }, allow: [] }
                  - { match: { uid: 4 }, allow: [] }
                """))
                .hasSize(3)
                .anyMatch(
                        text -> text.startsWith("broker.yaml:3:5: clients[0]: has a name that the broker itself uses"))
                .anyMatch(text -> text.startsWith("broker.yaml:5:5: clients[2]: has the name of an earlier client"))
                .anyMatch(text -> text.startsWith("broker.yaml:6:5: clients[3].name: is missing"));
    }

    @Test
    void allow_noRight_isRefused() {
        assertThat(fixture.problems(client("match: { uid: 7 }, allow: [ \"token:dev\", \"access:d*\", access ]")))
                .hasSize(3)
                .allMatch(text -> text.contains("is no right (expected KIND:ACCOUNT or kube:ACCOUNT/CLUSTER"));
        assertThat(fixture.problems(client("match: { uid: 7 }")))
                .singleElement()
                .asString()
                .contains("clients[0].allow: is missing");
    }

    @Test
    void allow_whatCannotWork_isWarnedOf() {
        assertThat(fixture.warnings("""
                accounts: { dev: { passcode: {} }, old: { passcode: {}, cloud: bluemix-2017 } }
                clients:
                  - name: x
                    match: { uid: 7 }
                    allow: [ "kube:dev/c1", "kube:old", "uaa:dev", "access:dve", "uaa:old", "*:dev", "admin:*" ]
                """))
                .hasSize(4)
                .anyMatch(text ->
                        text.startsWith("broker.yaml:5:14: clients[0].allow[0]: limits what is handed out and audited"))
                .anyMatch(text -> text.startsWith(
                        "broker.yaml:5:29: clients[0].allow[1]: allows what bluemix-2017 does not have"))
                .anyMatch(text ->
                        text.startsWith("broker.yaml:5:41: clients[0].allow[2]: allows UAA tokens, which this account"))
                .anyMatch(
                        text -> text.startsWith("broker.yaml:5:52: clients[0].allow[3]: names no account of this file")
                                && text.endsWith("; did you mean \"dev\"?"));
    }

    @Test
    void clients_sameSecret_isWarnedOf() {
        assertThat(fixture.warnings("""
                accounts: { dev: { api-key: { file: other } } }
                clients:
                  - { name: a, match: { secret: { file: key } }, allow: [] }
                  - { name: b, match: { secret: { file: copy } }, allow: [] }
                  - { name: c, match: { secret: { file: other } }, allow: [] }
                  - { name: d, match: { secret: { file: key } }, allow: [], dry-run: true }
                """))
                .containsExactly(
                        "broker.yaml:4:5: clients[1]: has the same secret as client a (expected one of its own)",
                        "broker.yaml:5:5: clients[2]: has the same secret as account dev (expected one of its own)",
                        "broker.yaml:6:5: clients[3]: has the same secret as client a (expected one of its own)");
    }

    @Test
    void clients_neverReached_isWarnedOf() {
        assertThat(fixture.warnings(DEV + """
                clients:
                  - { name: a, match: { gid: 7 }, allow: [] }
                  - { name: b, match: { gid: 7, uid: 8 }, allow: [] }
                  - { name: c, match: { uid: 8 }, allow: [] }
                """))
                .singleElement()
                .asString()
                .startsWith("broker.yaml:4:5: clients[1]: is never reached");
    }

    @Test
    void auditRequired_withoutAFile_isRefused() {
        assertThat(fixture.problems(DEV + "audit: { required: true }\n"))
                .singleElement()
                .asString()
                .contains("audit: requires records and says not where (expected file beside required)");
        assertThat(fixture.config(DEV + "audit: { file: a.jsonl }\n").audit().isRequired())
                .isFalse();
        assertThat(fixture.config(DEV + "audit: { file: a.jsonl, required: true }\n")
                        .audit()
                        .isRequired())
                .isTrue();
    }

    private static String client(String rest) {
        return DEV + "clients: [ { name: ci, " + rest + " } ]\n";
    }
}

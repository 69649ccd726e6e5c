package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.fault.Fault;
import dev.iambroker.emulator.fault.Misbehaviour;
import dev.iambroker.it.harness.Checkout;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands against a running daemon: what scripts see (exit codes) and what people see (one line that says what to do). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CommandLineIT {
    private final EmulatedCloud cloud = SampleCloud.start();
    private final Workplace place;
    private final Daemon daemon;

    CommandLineIT() throws IOException, InterruptedException {
        cloud.emulator().misbehave(Fault.of(Misbehaviour.ERROR_503).apiKey(EmulatedCloud.DEV_API_KEY));
        place = Workplace.create();
        place.secret("prod-key", EmulatedCloud.PROD_API_KEY);
        place.secret("down-key", EmulatedCloud.DEV_API_KEY);
        place.configure(cloud.emulator(), """
                accounts:
                  prod: { api-key: { file: prod-key }, account-id: %1$s }
                  dev: { passcode: {}, account-id: %2$s }
                  unbound: { passcode: {} }
                  down: { api-key: { file: down-key }, account-id: %2$s }
                audit: { file: audit.jsonl }
                """.formatted(EmulatedCloud.PROD_ACCOUNT, EmulatedCloud.DEV_ACCOUNT));
        daemon = place.serve();
    }

    @AfterAll
    void stop() throws IOException {
        daemon.close();
        place.close();
        cloud.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status",
                "status --output json",
                "token prod",
                "token prod --kind kube",
                "token prod --min-ttl 5m --wait 5s",
                "accounts prod",
                "clusters prod",
                "kubeconfig prod --all",
                "kubeconfig prod prod-vpc --endpoint private",
                "kube-credential --account prod --cluster emulated0prod0vpc",
                "refresh prod",
                "login prod",
                "explain prod access",
                "explain --uid 1000 --gid 4294967294 --output json prod kube --cluster prod-vpc",
                "explain --config broker.yaml --uid 1000 prod access",
                "explain * admin",
                "share prod --ttl 1m --uses 1",
                "share prod --kind kube --cluster prod-vpc --ttl 1m --output json",
                "unshare --all",
                "audit verify",
                "audit tail -n 3",
                "audit who-has 0123abcd",
                "store verify --config broker.yaml",
                "token --help"
            })
    void command_thatCanBeDone_0AndNothingOnStderr(String command) throws Exception {
        Ran ran = run(command);

        assertThat(ran.exitCode()).as(ran.all()).isZero();
        assertThat(ran.out()).isNotEqualTo("");
        assertThat(ran.err()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2 | token                                | ACCOUNT",
                "2 | frobnicate                           | no such command",
                "2 | token prod --kind id                 | access, kube, uaa",
                "2 | token prod --min-ttl soon            | 90s, 5m, 2h",
                "2 | token prod --kind uaa                | uaa: true",
                "2 | kubeconfig prod                      | --all",
                "2 | kube-credential                      | account",
                "2 | login dev --passcode                 | '--passcode -'",
                "2 | explain prod                         | KIND",
                "2 | explain prod read                    | access, kube, uaa, list, admin",
                "2 | explain --uid root prod access       | a number such as 1000",
                "2 | explain --uid 1 --exe sh prod access | --exe takes a program's whole path",
                "2 | explain --client nobodys prod access | no client under 'clients' has this name",
                "2 | explain --config broker.yaml --client nobodys prod access | no client under 'clients' has this name",
                "2 | explain --client= prod access        | --client is empty",
                "2 | share prod --kind id                 | access, kube, uaa",
                "2 | share prod --ttl 0                   | --ttl takes 1s to 168h",
                "2 | share prod --uses 0                  | --uses takes 1 to 1000000",
                "2 | share prod --uses some               | --uses takes a whole number",
                "2 | share prod --mode 0777               | 0600, 0660, 0666",
                "2 | share prod --cluster prod-vpc        | --cluster goes with --kind kube",
                "2 | share prod --kind uaa                | uaa: true",
                "2 | unshare                              | --all",
                "2 | unshare 1 --all                      | --all",
                "2 | lock                                 | 'lock -'",
                "2 | lock typed-in-an-argument            | takes no argument but '-'",
                "2 | lock -                               | is empty",
                "2 | unlock                               | 'unlock -'",
                "2 | unlock typed-in-an-argument          | takes no argument but '-'",
                "2 | audit verfy                          | verify, tail, who-has",
                "2 | audit verify audit.jsonl             | --offline",
                "2 | audit tail -n 0                      | 1 to 1000",
                "2 | audit tail --offline                 | go with verify",
                "2 | audit who-has prod                   | hexadecimal",
                "2 | store verfy                          | verify, rotate",
                "1 | store rotate --config broker.yaml    | in use by another iam-broker",
                "4 | share unbound --kind kube            | account-id",
                "7 | explain nobody access                | 'iam-broker status'",
                "7 | explain prdo access                  | did you mean \"prod\"?",
                "7 | explain --config broker.yaml prdo access | did you mean \"prod\"?",
                "7 | share nobody                         | 'iam-broker status'",
                "7 | share prod --kind kube --cluster prod-vcp | did you mean \"prod-vpc\"?",
                "7 | unshare nosuch                       | 'iam-broker status'",
                "4 | token dev                            | run 'iam-broker login dev'",
                "4 | clusters dev                         | run 'iam-broker login dev'",
                "4 | accounts dev                         | run 'iam-broker login dev'",
                "4 | kubeconfig dev dev-vpc               | run 'iam-broker login dev'",
                "4 | kube-credential --account dev --cluster emulated0dev0vpc | run 'iam-broker login dev'",
                "6 | token down --wait 1s                 | try again in",
                "6 | clusters down                        | try again",
                "6 | refresh down                         | try again",
                "6 | wait --for account down --timeout 0  | 'iam-broker status'",
                "7 | token nobody                         | 'iam-broker status'",
                "7 | status nobody                        | 'iam-broker status'",
                "7 | login nobody                         | 'iam-broker status'",
                "7 | logout nobody                        | 'iam-broker status'",
                "7 | refresh nobody                       | 'iam-broker status'",
                "7 | purge nobody                         | 'iam-broker status'",
                "7 | clusters nobody                      | 'iam-broker status'",
                "7 | kubeconfig prod nosuch               | run 'iam-broker clusters prod'",
                "7 | kube-credential --account nobody     | 'iam-broker status'"
            })
    void command_thatCannotBeDone_itsExitCodeAndOneLine(int code, String command, String says) throws Exception {
        Ran ran = run(command);

        assertThat(ran.exitCode()).as(ran.all()).isEqualTo(code);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.errorLines())
                .as(ran.all())
                .singleElement()
                .asString()
                .startsWith("iam-broker: ")
                .contains(says)
                .doesNotContainPattern("'iam-broker status'.*'iam-broker status'");
    }

    @Test
    void wait_accountThatIsReady_0WithoutAWord() throws Exception {
        Ran ran = run("wait --for account prod");

        assertThat(ran.exitCode()).as(ran.all()).isZero();
        assertThat(ran.out() + ran.err()).isEmpty();
    }

    @Test
    void lock_untilUnlocked_exitCodesAndOneLineEach() throws Exception {
        Ran tooShort = place.cli("lock", "-").stdin("short\n").run();
        assertThat(tooShort.exitCode()).as(tooShort.all()).isEqualTo(2);
        assertThat(tooShort.errorLines()).singleElement().asString().contains("fewer than 8 characters");
        Ran lock = place.cli("lock", "-").stdin("correct horse\n").run();
        assertThat(lock).isEqualTo(new Ran(0, "locked: nothing is served before 'iam-broker unlock'\n", ""));
        for (String command : List.of("token prod", "share prod", "share prod --kind kube --cluster prod-vpc")) {
            Ran refused = run(command);
            assertThat(refused.exitCode()).as(refused.all()).isEqualTo(4);
            assertThat(refused.errorLines())
                    .containsExactly("iam-broker: the broker is locked: run 'iam-broker unlock'");
        }
        for (String command : List.of("explain prod access", "audit verify", "audit tail", "unshare --all")) {
            Ran ran = run(command);
            assertThat(ran.exitCode()).as(ran.all()).isZero();
        }
        Ran unlock = place.cli("unlock", "-").stdin("correct horse\n").run();
        assertThat(unlock).isEqualTo(new Ran(0, "unlocked: every account is served again\n", ""));
        assertThat(run("token prod").exitCode()).isZero();
    }

    @Test
    void login_byPasscode_tokensUntilLoggedOut() throws Exception {
        Ran login = place.cli("login", "dev", "--passcode", "-")
                .stdin(cloud.emulator().addPasscode(cloud.user()) + "\n")
                .run();
        assertThat(login.exitCode()).as(login.all()).isZero();
        assertThat(login.out()).startsWith("account \"dev\" is logged in as ");
        assertThat(run("token dev").out()).startsWith("ey");

        assertThat(run("logout dev").exitCode()).isZero();
        assertThat(run("token dev").exitCode()).isEqualTo(4);
    }

    @Test
    void login_thatIamRefuses_1WithItsCode() throws Exception {
        Ran ran = place.cli("login", "dev", "--passcode", "-")
                .stdin("not-a-passcode\n")
                .run();

        assertThat(ran.exitCode()).as(ran.all()).isEqualTo(1);
        assertThat(ran.errorLines())
                .singleElement()
                .asString()
                .contains("BXNIM0602E")
                .doesNotContain("not-a-passcode");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--api-key", "--passcode", "--refresh-token"})
    void login_secretAsArgument_2WithoutRepeatingIt(String option) throws Exception {
        Ran ran = place.run("login", "prod", option, "literal-secret-value");

        assertThat(ran.exitCode()).as(ran.all()).isEqualTo(2);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.errorLines()).singleElement().asString().contains(option).doesNotContain("literal-secret");
    }

    @Test
    void commands_noDaemon_3() throws Exception {
        Path nowhere = place.directory().resolve("nowhere.sock");
        for (String command : List.of("status", "token prod", "login prod", "kube-credential --account prod")) {
            Ran ran = place.program("--socket", nowhere)
                    .with((Object[]) command.split(" "))
                    .run();

            assertThat(ran.exitCode()).as(ran.all()).isEqualTo(3);
            assertThat(ran.errorLines()).singleElement().asString().contains(nowhere.toString());
        }
    }

    @Test
    void commands_daemonWasKilled_3AndItsSocketIsTakenOverByTheNext() throws Exception {
        try (Workplace other = Workplace.create()) {
            keyAccountAt(other);
            try (Daemon killed = other.serve()) {
                killed.kill();
            }
            Ran ran = other.run("status");
            assertThat(ran.exitCode()).as(ran.all()).isEqualTo(3);
            assertThat(ran.errorLines()).singleElement().asString().contains("iam-broker serve");

            try (Daemon next = other.serve()) {
                assertThat(next.isAlive()).isTrue();
                assertThat(other.run("token", "prod").exitCode()).isZero();
            }
        }
    }

    @Test
    void merge_ownKubeconfig_keptAndCopied() throws Exception {
        Path file = Files.writeString(place.directory().resolve("own-kubeconfig"), """
                apiVersion: v1
                kind: Config
                clusters: [ { name: mine, cluster: { server: "https://mine.example" } } ]
                contexts: [ { name: mine, context: { cluster: mine, user: me } } ]
                current-context: mine
                users: [ { name: me, user: { token: my-own-token } } ]
                """);

        Ran ran = place.run("kubeconfig", "prod", "prod-classic", "--merge", file);

        assertThat(ran.exitCode()).as(ran.all()).isZero();
        assertThat(ran.out()).startsWith("merged into " + file);
        assertThat(Files.readString(file))
                .contains("current-context: mine", "my-own-token", "prod-classic/emulated0prod0classic");
        assertThat(place.run("kubeconfig", "prod", "prod-classic", "--merge", file)
                        .out())
                .contains("already holds this");
    }

    @Test
    void completion_bash_loadsAndAsksTheDaemonForAccounts() throws Exception {
        Path script = Files.writeString(
                place.directory().resolve("completion.bash"),
                run("completion bash").out());
        Ran ran = Program.shell("""
                        set -eu
                        iam-broker() { "%s" "$@"; }
                        source %s
                        complete -p iam-broker >&2
                        COMP_WORDS=(iam-broker token ''); COMP_CWORD=2; COMP_LINE='iam-broker token '; COMP_POINT=${#COMP_LINE}
                        function_name=$(complete -p iam-broker | sed -n 's/.*-F \\([^ ]*\\).*/\\1/p')
                        "$function_name" iam-broker '' token
                        echo "${COMPREPLY[*]}"
                        """.formatted(Checkout.launcher(), script))
                .env("IAM_BROKER_SOCKET", place.socket())
                .env("HOME", place.directory())
                .run();

        assertThat(ran.exitCode()).as(ran.all()).isZero();
        assertThat(ran.out().strip().split(" +")).contains("prod", "dev", "unbound", "down");
    }

    @Test
    void configuration_badInManyPlaces_allAtOnceAnd2() throws Exception {
        try (Workplace other = Workplace.create()) {
            Path file = other.configure("""
                    clowd: ibm-cloud
                    accounts:
                      prod: { api-key: literal-key-in-the-file }
                      dev: { passcode: {}, acount-id: 0123 }
                    refresh: { at: 2 }
                    """);
            for (String command : List.of("check-config", "serve")) {
                Ran ran = other.program(command, "--config", file).run();

                assertThat(ran.exitCode()).as(ran.all()).isEqualTo(2);
                assertThat(ran.out()).isEmpty();
                assertThat(ran.err())
                        .contains(file + ":1:1: clowd: unknown key", "did you mean \"cloud\"?")
                        .contains("accounts.prod.api-key: a literal secret is refused", "{ file: ")
                        .contains("did you mean \"account-id\"?")
                        .contains("refresh.at:")
                        .endsWith("iam-broker: the configuration has 4 problems: correct what is named above\n")
                        .doesNotContain("literal-key-in-the-file");
            }
        }
    }

    @Test
    void serve_secondOnTheSameState_saysSoAndStops() throws Exception {
        Ran ran = place.program("serve", "--config", place.configFile()).run();

        assertThat(ran.exitCode()).as(ran.all()).isEqualTo(1);
        assertThat(ran.err().lines().filter(line -> line.startsWith("iam-broker: ")))
                .as(ran.all())
                .singleElement()
                .asString()
                .contains(place.state().toString());
        assertThat(run("token prod").exitCode()).isZero();
    }

    @Test
    void sessionFile_damaged_setAsideAndTheAccountLogsInByItsKey() throws Exception {
        try (Workplace other = Workplace.create()) {
            keyAccountAt(other);
            try (Daemon first = other.serve()) {
                assertThat(other.run("token", "prod").exitCode()).isZero();
                first.kill();
            }
            Path session = sessionFiles(other).getFirst();
            byte[] bytes = Files.readAllBytes(session);
            bytes[bytes.length / 2] ^= 0x40;
            Files.write(session, bytes);

            try (Daemon next = other.serve()) {
                Ran ran = other.run("token", "prod");
                assertThat(ran.exitCode()).as(ran.all()).isZero();
                assertThat(next.log()).contains("damaged").contains(session.getFileName() + ".damaged-");
                assertThat(sessionFiles(other)).anyMatch(file -> file.toString().contains(".damaged-"));
            }
        }
    }

    private void keyAccountAt(Workplace other) throws IOException {
        other.secret("prod-key", EmulatedCloud.PROD_API_KEY);
        other.configure(cloud.emulator(), """
                accounts:
                  prod: { api-key: { file: prod-key }, account-id: %s }
                """.formatted(EmulatedCloud.PROD_ACCOUNT));
    }

    private static List<Path> sessionFiles(Workplace place) throws IOException {
        try (var files = Files.walk(place.state())) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName().toString().contains("prod"))
                    .filter(file -> file.toString().contains("/session"))
                    .toList();
        }
    }

    private Ran run(String command) throws IOException, InterruptedException {
        return place.run((Object[]) command.split(" +"));
    }
}

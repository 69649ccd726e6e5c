package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.it.harness.BootedDebian;
import dev.iambroker.it.harness.Checkout;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.SteadyLoad;
import dev.iambroker.it.harness.UnixHttp;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The Debian package and its units on a real systemd, from the installation to the purge: one machine that lives through
 * all of it, so the order is that of such a life.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class SystemdIT {
    private static final String SERVICE = "iam-broker.service";
    private static final String SOCKET = "iam-broker.socket";
    private static final String TOKEN = "/v1/accounts/prod/token";
    private static final String STATE_KEY = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private final EmulatedCloud cloud = SampleCloud.start();
    private BootedDebian debian;
    private Path deb;
    private UnixHttp broker;

    @BeforeAll
    void boot() throws Exception {
        deb = Checkout.debianPackage();
        debian = BootedDebian.boot(deb);
        broker = new UnixHttp(debian.path("/run/iam-broker/broker.sock"));
    }

    @AfterAll
    void end() throws IOException {
        if (debian != null) {
            debian.close();
        }
        cloud.close();
    }

    private void configure(String more) throws IOException {
        Files.writeString(
                debian.path("/etc/iam-broker/broker.yaml"),
                Workplace.endpoints(cloud.emulator()) + """
                accounts:
                  prod: { api-key: { credential: prod-api-key }, account-id: %s }
                clients:
                  - { name: staff, match: { group: iam-broker }, allow: [ "access:prod" ] }
                state: { key: { credential: state-key } }
                """.formatted(EmulatedCloud.PROD_ACCOUNT) + more);
    }

    private void secret(String name, String value) throws IOException {
        Path file = debian.path("/etc/iam-broker/" + name);
        Files.writeString(file, value + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private void dropIn(String name, String lines) throws Exception {
        Path directory = Files.createDirectories(debian.path("/etc/systemd/system/iam-broker.service.d"));
        Files.writeString(directory.resolve(name + ".conf"), "[Service]\n" + lines);
        debian.must("systemctl", "daemon-reload");
    }

    private String mainPid() throws Exception {
        return debian.show(SERVICE, "MainPID");
    }

    private void awaitStatus(String text) throws Exception {
        debian.await(
                "the status " + text, () -> debian.show(SERVICE, "StatusText").equals(text));
    }

    @Test
    @Order(1)
    void install_freshMachine_listensAndRunsNothingYet() throws Exception {
        debian.must("dpkg", "--install", deb.toString());

        assertThat(debian.show(SOCKET, "ActiveState")).isEqualTo("active");
        assertThat(debian.show(SERVICE, "ActiveState")).isEqualTo("inactive");
        assertThat(debian.must("systemctl", "is-enabled", SOCKET, SERVICE)).isEqualTo("enabled\nenabled");
        assertThat(debian.must("stat", "-c", "%U:%G %a", "/etc/iam-broker", "/run/iam-broker/broker.sock"))
                .isEqualTo("root:_iam-broker 750\nroot:iam-broker 660");
        assertThat(debian.must("iam-broker", "--version")).startsWith("iam-broker 0.");
        assertThat(debian.must("dpkg-query", "-W", "-f", "${Conffiles}", "iam-broker"))
                .contains("/etc/iam-broker/broker.yaml");
    }

    @Test
    @Order(2)
    void files_ofThePackage_manualCompletionAndUnitsAreWhereTheyBelong() throws Exception {
        assertThat(debian.must("dpkg", "--listfiles", "iam-broker").lines())
                .contains(
                        "/usr/share/man/man1/iam-broker.1.gz",
                        "/usr/share/man/man1/iam-broker-token.1.gz",
                        "/usr/share/man/man1/iam-broker-credential.1.gz",
                        "/usr/share/bash-completion/completions/iam-broker",
                        "/usr/share/zsh/vendor-completions/_iam-broker",
                        "/usr/share/fish/vendor_completions.d/iam-broker.fish",
                        "/usr/lib/systemd/system/iam-broker.socket",
                        "/usr/lib/systemd/user/iam-broker.service",
                        "/usr/bin/kubectl-iam_broker");
        assertThat(debian.must("sh", "-c", "zcat /usr/share/man/man1/iam-broker-token.1.gz"))
                .contains(".SH \"EXAMPLES\"");
        assertThat(debian.must("readlink", "-e", "/usr/bin/iam-broker-credential"))
                .isEqualTo("/usr/lib/iam-broker/bin/iam-broker-credential");
    }

    /** The default configuration is meant to be read before it is changed, and to work as it is. */
    @Test
    @Order(3)
    void defaultConfiguration_firstConnection_startsTheServiceWithIt() throws Exception {
        assertThat(broker.get("/livez").status()).isEqualTo(200);
        debian.await("its status", () -> debian.show(SERVICE, "StatusText").startsWith("serves 1 account"));
        debian.must("systemctl", "stop", SERVICE);
        assertThat(debian.show(SOCKET, "ActiveState")).isEqualTo("active");
    }

    @Test
    @Order(4)
    void firstConnection_configuredWithCredentials_startsTheServiceAndIsAnswered() throws Exception {
        secret("prod-api-key", EmulatedCloud.PROD_API_KEY);
        secret("state-key", STATE_KEY);
        configure("");
        dropIn("secrets", """
                LoadCredential=prod-api-key:/etc/iam-broker/prod-api-key
                LoadCredential=state-key:/etc/iam-broker/state-key
                """);
        assertThat(mainPid()).isEqualTo("0");

        assertThat(broker.get(TOKEN).text("access_token")).startsWith("ey");

        assertThat(debian.show(SERVICE, "ActiveState")).isEqualTo("active");
        awaitStatus("serves 1 account");
        assertThat(debian.run("systemctl", "status", SERVICE).out())
                .contains("active (running)", "Status: \"serves 1 account\"", "Local credential broker");
        assertThat(debian.must("stat", "-c", "%U:%G %a", "/var/lib/iam-broker"))
                .isEqualTo("_iam-broker:_iam-broker 700");
        assertThat(debian.must("ps", "-o", "user:20=", "-p", mainPid())).isEqualTo("_iam-broker");
        assertThat(debian.path("/var/lib/iam-broker/state.key")).doesNotExist();
        String log = debian.journal(SERVICE);
        assertThat(log).doesNotContain(EmulatedCloud.PROD_API_KEY);
        assertThat(log.substring(log.lastIndexOf("Starting iam-broker"))).doesNotContain("WARN", "ERROR");
    }

    /** The JVM is told to start only with a cache that fits what dpkg unpacked. */
    @Test
    @Order(5)
    void aotCache_ofThePackage_fitsWhereItIsInstalled() throws Exception {
        assertThat(debian.must("env", "IAM_BROKER_JAVA_OPTS=-XX:AOTMode=on", "iam-broker", "status", "--help"))
                .contains("Example:");
        assertThat(debian.must("grep", "-c", "iam-broker-[0-9a-f]*[.]aot", "/proc/" + mainPid() + "/maps"))
                .isNotEqualTo("0");
    }

    @Test
    @Order(6)
    void exposure_asSystemdSeesTheLoadedUnit_atMost1Point5() throws Exception {
        Ran security = debian.run("systemd-analyze", "security", "--threshold=15", "--no-pager", SERVICE);
        assertThat(security.exitCode()).as(security.all()).isZero();
        System.out.println(
                security.out().lines().reduce("", (before, last) -> last).strip());
    }

    /** Figures for the operations page; how large they are says nothing on a machine that others use too. */
    @Test
    @Order(6)
    void start_ofTheService_isTimedAndWeighed() throws Exception {
        debian.must("systemctl", "restart", SERVICE);
        long begun = Long.parseLong(debian.show(SERVICE, "InactiveExitTimestampMonotonic"));
        long ready = Long.parseLong(debian.show(SERVICE, "ActiveEnterTimestampMonotonic"));
        assertThat(broker.get(TOKEN).status()).isEqualTo(200);
        String memory = debian.must("grep", "-E", "VmRSS|RssAnon", "/proc/" + mainPid() + "/status");
        assertThat(ready).isGreaterThan(begun);
        System.out.println("start until ready: " + (ready - begun) / 1000 + " ms; " + memory.replaceAll("\\s+", " "));
    }

    @Test
    @Order(7)
    void otherUser_inTheGroup_getsATokenAndOutsideNothing() throws Exception {
        debian.must("useradd", "--groups", "iam-broker", "alice");
        debian.must("useradd", "mallory");

        Ran inside = as("alice", "iam-broker", "token", "prod", "--header");
        assertThat(inside.out()).as(inside.all()).startsWith("Authorization: Bearer ey");
        Ran more = as("alice", "iam-broker", "logout", "prod");
        assertThat(more.exitCode()).as(more.all()).isEqualTo(5);
        Ran outside = as("mallory", "iam-broker", "token", "prod");
        assertThat(outside.exitCode()).as(outside.all()).isNotZero();
        assertThat(outside.out()).isEmpty();
        assertThat(as("alice", "cat", "/etc/iam-broker/broker.yaml").exitCode()).isNotZero();
    }

    private Ran as(String user, String... command) throws Exception {
        String[] words = new String[command.length + 4];
        words[0] = "setpriv";
        words[1] = "--reuid=" + user;
        words[2] = "--regid=" + user;
        words[3] = "--init-groups";
        System.arraycopy(command, 0, words, 4, command.length);
        return debian.run(words);
    }

    @Test
    @Order(8)
    void reload_changedFile_isInForceOrSaidToBeRefused() throws Exception {
        String pid = mainPid();
        configure("log: { level: debug }\n");
        debian.must("systemctl", "reload", SERVICE);
        debian.await("the reload", () -> debian.journal(SERVICE).contains("reloaded /etc/iam-broker/broker.yaml"));
        awaitStatus("serves 1 account");

        configure("nonsense: 1\n");
        debian.must("systemctl", "reload", SERVICE);
        awaitStatus("serves 1 account; the changed configuration was refused: see the log");
        assertThat(broker.get(TOKEN).status()).isEqualTo(200);

        configure("");
        debian.must("systemctl", "reload", SERVICE);
        awaitStatus("serves 1 account");
        assertThat(mainPid()).isEqualTo(pid);
        assertThat(debian.show(SERVICE, "ActiveState")).isEqualTo("active");
    }

    @Test
    @Order(9)
    void killed_process_isReplacedAndWhoConnectsMeanwhileWaits() throws Exception {
        String token = broker.get(TOKEN).text("access_token");
        String pid = mainPid();

        debian.must("kill", "-KILL", pid);
        awaitEnd(pid);

        assertThat(broker.get(TOKEN).text("access_token")).isEqualTo(token);
        assertThat(mainPid()).isNotIn("0", pid);
    }

    /** What it has accepted ends with it; what comes after waits for the next. */
    private void awaitEnd(String pid) throws Exception {
        debian.await(
                "the end of process " + pid,
                () -> debian.run("test", "-e", "/proc/" + pid).exitCode() != 0);
    }

    @Test
    @Order(10)
    void frozen_process_isReplacedByTheWatchdog() throws Exception {
        dropIn("watchdog", "WatchdogSec=5s\n");
        debian.must("systemctl", "restart", SERVICE);
        String pid = mainPid();

        debian.must("kill", "-STOP", pid);
        awaitEnd(pid);

        assertThat(broker.get(TOKEN).status()).isEqualTo(200);
        assertThat(mainPid()).isNotIn("0", pid);
        assertThat(debian.journal(SERVICE)).contains("Watchdog timeout (limit 5s)!");
        dropIn("watchdog", "");
    }

    @Test
    @Order(11)
    void restart_underLoad_noRequestFails() throws Exception {
        String before = mainPid();
        try (SteadyLoad load = SteadyLoad.begin(broker, TOKEN)) {
            load.awaitAnswers(100);
            debian.must("systemctl", "restart", SERVICE);
            load.awaitAnswers(100);
            debian.must("systemctl", "restart", SERVICE);
            load.awaitAnswers(100);
            assertThat(load.failures()).isEmpty();
        }
        assertThat(mainPid()).isNotIn("0", before);
    }

    @Test
    @Order(12)
    void upgrade_underLoad_noRequestFailsAndNobodyLogsInAgain() throws Exception {
        String before = mainPid();
        String token = broker.get(TOKEN).text("access_token");
        try (SteadyLoad load = SteadyLoad.begin(broker, TOKEN)) {
            load.awaitAnswers(100);
            debian.must("dpkg", "--install", deb.toString());
            load.awaitAnswers(100);
            assertThat(load.failures()).isEmpty();
        }
        assertThat(mainPid()).isNotIn("0", before);
        assertThat(broker.get(TOKEN).text("access_token")).isEqualTo(token);
        assertThat(debian.must("cat", "/etc/iam-broker/broker.yaml")).contains("prod-api-key");
    }

    /** The broker of one user, on the units for users. */
    @Test
    @Order(13)
    void userUnits_ofAUserWithoutRights_serveThatUser() throws Exception {
        debian.must("useradd", "--create-home", "carol");
        String uid = debian.must("id", "-u", "carol");
        debian.must("loginctl", "enable-linger", "carol");
        Path config = Files.createDirectories(debian.path("/home/carol/.config/iam-broker"));
        Files.writeString(
                config.resolve("broker.yaml"),
                Workplace.endpoints(cloud.emulator()) + """
                accounts:
                  prod: { api-key: { file: key }, account-id: %s }
                """.formatted(EmulatedCloud.PROD_ACCOUNT));
        Files.writeString(config.resolve("key"), EmulatedCloud.PROD_API_KEY);
        Files.setPosixFilePermissions(config.resolve("key"), PosixFilePermissions.fromString("rw-------"));
        debian.must("chown", "-R", "carol:", "/home/carol/.config");
        String runtime = "/run/user/" + uid;
        debian.await("the user's manager", () -> Files.exists(debian.path(runtime + "/systemd/private")));

        Ran start = asCarol(runtime, "systemctl", "--user", "start", "iam-broker.socket");
        assertThat(start.exitCode()).as(start.all()).isZero();
        Ran token = asCarol(runtime, "iam-broker", "token", "prod", "--header");

        assertThat(token.out()).as(token.all()).startsWith("Authorization: Bearer ey");
        assertThat(asCarol(runtime, "systemctl", "--user", "show", "-p", "StatusText", "iam-broker")
                        .out())
                .contains("serves 1 account");
        assertThat(asCarol(runtime, "systemctl", "--user", "stop", "iam-broker.socket")
                        .exitCode())
                .isZero();
    }

    private Ran asCarol(String runtime, String... command) throws Exception {
        String[] words = new String[command.length + 3];
        words[0] = "env";
        words[1] = "XDG_RUNTIME_DIR=" + runtime;
        words[2] = "HOME=/home/carol";
        System.arraycopy(command, 0, words, 3, command.length);
        return as("carol", words);
    }

    @Test
    @Order(14)
    void remove_installedPackage_keepsStateAndConfiguration() throws Exception {
        debian.must("dpkg", "--remove", "iam-broker");

        assertThat(debian.show(SERVICE, "ActiveState")).isEqualTo("inactive");
        assertThat(debian.path("/usr/lib/iam-broker")).doesNotExist();
        assertThat(debian.path("/run/iam-broker/broker.sock")).doesNotExist();
        assertThat(debian.path("/var/lib/iam-broker/sessions/prod.session")).exists();
        assertThat(debian.path("/etc/iam-broker/broker.yaml")).exists();
        assertThat(debian.journal(SERVICE))
                .endsWith("Stopped iam-broker.service - Local credential broker for IBM Cloud.\n");
    }

    @Test
    @Order(15)
    void purge_removedPackage_leavesNoState() throws Exception {
        debian.must("dpkg", "--purge", "iam-broker");

        assertThat(debian.path("/var/lib/iam-broker")).doesNotExist();
        assertThat(debian.path("/etc/iam-broker/broker.yaml")).doesNotExist();
        assertThat(debian.must(
                        "sh",
                        "-c",
                        "find /etc/systemd /usr/lib /var/lib/systemd -name '*iam-broker*' -not -path '*/timers/*'"))
                .isEqualTo("/etc/systemd/system/iam-broker.service.d");
        Ran left = debian.run("dpkg", "--status", "iam-broker");
        assertThat(left.exitCode()).as(left.all()).isNotZero();
    }
}

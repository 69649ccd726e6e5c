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
import java.util.List;
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
    private static final String NEWCOMER = "dana";
    private static final String NEXT_VERSION = "99.0";
    private static final String NEXT_BUILD = "0123456789abcdef";
    private static final String STATE = "state: { key: { credential: state-key } }\n";
    private static final String FILES = "/run/iam-broker-files";
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
                configuration("{ credential: prod-api-key }", STATE + more));
    }

    private String configuration(String apiKey, String more) {
        return Workplace.endpoints(cloud.emulator()) + """
                accounts:
                  prod: { api-key: %s, account-id: %s }
                clients:
                  - { name: staff, match: { group: iam-broker }, allow: [ "access:prod" ] }
                """.formatted(apiKey, EmulatedCloud.PROD_ACCOUNT) + more;
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

    /** A line of README, typed by somebody who may use sudo, in the checkout, after a login. */
    private String asReadmeSays(String begin) throws Exception {
        String line = Checkout.commands("README.md", "\n## Install\n").stream()
                .filter(each -> each.startsWith(begin))
                .findFirst()
                .orElseThrow();
        Ran ran = as(
                NEWCOMER,
                "env",
                "HOME=/home/" + NEWCOMER,
                "USER=" + NEWCOMER,
                "SUDO_EDITOR=/home/" + NEWCOMER + "/editor",
                "sh",
                "-c",
                "cd " + Checkout.root() + " && " + line);
        assertThat(ran.exitCode()).as(line + "\n" + ran.all()).isZero();
        return ran.out();
    }

    @Test
    @Order(1)
    void install_freshMachine_listensAndRunsNothingYet() throws Exception {
        debian.must("useradd", "--create-home", NEWCOMER);
        Files.writeString(debian.path("/etc/sudoers.d/" + NEWCOMER), NEWCOMER + " ALL=(ALL) NOPASSWD: ALL\n");

        asReadmeSays("sudo apt install");

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
    void readme_restOfTheInstallation_endsInAccountsThatAreServed() throws Exception {
        Path home = debian.path("/home/" + NEWCOMER);
        Files.writeString(home.resolve("prod-api-key"), EmulatedCloud.PROD_API_KEY);
        Files.writeString(home.resolve("wanted.yaml"), configuration("{ file: /etc/iam-broker/prod-api-key }", ""));
        Files.writeString(home.resolve("editor"), "#!/bin/sh\ncat ~/wanted.yaml >\"$1\"\n");
        Files.setPosixFilePermissions(home.resolve("editor"), PosixFilePermissions.fromString("rwxr-xr-x"));

        asReadmeSays("sudo install");
        asReadmeSays("sudoedit");
        asReadmeSays("sudo systemctl");
        asReadmeSays("sudo adduser");

        assertThat(asReadmeSays("sudo iam-broker status")).containsPattern("prod +valid");
        assertThat(debian.must("stat", "-c", "%U:%G %a", "/etc/iam-broker/prod-api-key"))
                .isEqualTo("root:_iam-broker 640");
        debian.must("systemctl", "stop", SERVICE);
        debian.must("rm", "/etc/iam-broker/prod-api-key");
        debian.must("rm", "-r", "/var/lib/iam-broker");
    }

    /** One credential in clear for root alone, one sealed with the key of this machine. */
    @Test
    @Order(5)
    void firstConnection_configuredWithCredentials_startsTheServiceAndIsAnswered() throws Exception {
        Files.createDirectories(debian.path("/etc/credstore.encrypted"));
        debian.must(
                "sh",
                "-c",
                "printf %s " + EmulatedCloud.PROD_API_KEY
                        + " | systemd-creds encrypt --with-key=host --name=prod-api-key"
                        + " - /etc/credstore.encrypted/prod-api-key");
        secret("state-key", STATE_KEY);
        configure("");
        dropIn("secrets", """
                LoadCredentialEncrypted=prod-api-key:/etc/credstore.encrypted/prod-api-key
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
        assertThat(debian.journal(SERVICE)).doesNotContain(EmulatedCloud.PROD_API_KEY);
        assertThat(ofThisStart("info")).contains("Daemon: iam-broker ").doesNotContain("INFO", "<6>");
        assertThat(ofThisStart("warning")).isEmpty();
    }

    /** The broker's own lines since its last start, of that priority and the graver ones. */
    private String ofThisStart(String priority) throws Exception {
        return debian.must(
                "journalctl",
                "--no-pager",
                "--quiet",
                "--output=cat",
                "--priority=" + priority,
                "_SYSTEMD_INVOCATION_ID=" + debian.show(SERVICE, "InvocationID"));
    }

    /** The JVM is told to start only with a cache that fits what dpkg unpacked. */
    @Test
    @Order(6)
    void aotCache_ofThePackage_fitsWhereItIsInstalled() throws Exception {
        assertThat(debian.must("env", "IAM_BROKER_JAVA_OPTS=-XX:AOTMode=on", "iam-broker", "status", "--help"))
                .contains("Example:");
        assertThat(debian.must("grep", "-c", "iam-broker-[0-9a-f]*[.]aot", "/proc/" + mainPid() + "/maps"))
                .isNotEqualTo("0");
    }

    @Test
    @Order(7)
    void exposure_asSystemdSeesTheLoadedUnit_atMost1Point5() throws Exception {
        Ran security = debian.run("systemd-analyze", "security", "--threshold=15", "--no-pager", SERVICE);
        assertThat(security.exitCode()).as(security.all()).isZero();
        System.out.println(
                security.out().lines().reduce("", (before, last) -> last).strip());
    }

    /** Figures for the operations page; how large they are says nothing on a machine that others use too. */
    @Test
    @Order(8)
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
    @Order(9)
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

    /** As the operations page has it: a directory that gives its group, and a path unit that sees the file change. */
    @Test
    @Order(10)
    void sink_inTheSandbox_isReadByItsGroupAndToldOf() throws Exception {
        debian.must("groupadd", "web");
        debian.must("useradd", "--groups", "web", "webby");
        Files.writeString(
                debian.path("/etc/tmpfiles.d/iam-broker-files.conf"), "d " + FILES + " 2750 _iam-broker web\n");
        debian.must("systemd-tmpfiles", "--create", "iam-broker-files.conf");
        unit("seen.path", "[Path]\nPathChanged=" + FILES + "/prod.header\n[Install]\nWantedBy=multi-user.target\n");
        unit("seen.service", "[Service]\nType=oneshot\nExecStart=/usr/bin/touch /run/seen\n");
        dropIn("files", "ReadWritePaths=" + FILES + "\n");
        debian.must("systemctl", "restart", "seen.path", SERVICE);

        configure("""
                sinks:
                  - account: prod
                    format: header
                    path: %1$s/prod.header
                    mode: "0640"
                    group: web
                    on-change: { command: [ /usr/bin/touch, %1$s/told ], debounce: 0s }
                """.formatted(FILES));
        debian.must("systemctl", "reload", SERVICE);

        debian.await("the command", () -> Files.exists(debian.path(FILES + "/told")));
        debian.await("the path unit", () -> Files.exists(debian.path("/run/seen")));
        assertThat(debian.must("stat", "-c", "%U:%G %a", FILES + "/prod.header"))
                .isEqualTo("_iam-broker:web 640");
        assertThat(as("webby", "cat", FILES + "/prod.header").out()).startsWith("Authorization: Bearer ey");
        assertThat(as("mallory", "cat", FILES + "/prod.header").exitCode()).isNotZero();
        configure("");
        debian.must("systemctl", "reload", SERVICE);
        debian.await("the end of the file", () -> !Files.exists(debian.path(FILES + "/prod.header")));
        dropIn("files", "");
    }

    private void unit(String name, String text) throws IOException {
        Files.writeString(debian.path("/etc/systemd/system/" + name), text);
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
    @Order(11)
    void reload_changedFile_isInForceOrSaidToBeRefused() throws Exception {
        String pid = mainPid();
        configure("log: { level: debug }\n");
        debian.must("systemctl", "reload", SERVICE);
        debian.await("the reload", () -> debian.journal(SERVICE).contains("reloaded /etc/iam-broker/broker.yaml"));
        awaitStatus("serves 1 account");

        configure("nonsense: 1\n");
        debian.must("systemctl", "reload", SERVICE);
        awaitStatus("serves 1 account; the changed configuration was refused: see the log");
        assertThat(ofThisStart("err")).contains("nonsense");
        assertThat(broker.get(TOKEN).status()).isEqualTo(200);

        configure("");
        debian.must("systemctl", "reload", SERVICE);
        awaitStatus("serves 1 account");
        assertThat(mainPid()).isEqualTo(pid);
        assertThat(debian.show(SERVICE, "ActiveState")).isEqualTo("active");
    }

    @Test
    @Order(12)
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
    @Order(13)
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
    @Order(14)
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

    /** The next version has a cache of another build: the one before must not be started with it, nor leave its own behind. */
    @Test
    @Order(15)
    void upgrade_underLoad_noRequestFailsAndNobodyLogsInAgain() throws Exception {
        String before = mainPid();
        String token = broker.get(TOKEN).text("access_token");
        String next = nextVersion();
        try (SteadyLoad load = SteadyLoad.begin(broker, TOKEN)) {
            load.awaitAnswers(100);
            debian.must("dpkg", "--install", next);
            load.awaitAnswers(100);
            assertThat(load.failures()).isEmpty();
        }
        assertThat(mainPid()).isNotIn("0", before);
        assertThat(broker.get(TOKEN).text("access_token")).isEqualTo(token);
        assertThat(debian.must("cat", "/etc/iam-broker/broker.yaml")).contains("prod-api-key");
        assertThat(debian.must("dpkg-query", "-W", "-f", "${Version}", "iam-broker"))
                .isEqualTo(NEXT_VERSION);
        assertThat(debian.must("sh", "-c", "ls /usr/lib/iam-broker/lib/*.aot"))
                .isEqualTo("/usr/lib/iam-broker/lib/iam-broker-" + NEXT_BUILD + ".aot\n"
                        + "/usr/lib/iam-broker/lib/iam-broker-commands-" + NEXT_BUILD + ".aot");
        assertThat(debian.must("grep", "-c", NEXT_BUILD + "[.]aot", "/proc/" + mainPid() + "/maps"))
                .isNotEqualTo("0");
    }

    private String nextVersion() throws Exception {
        debian.must("dpkg-deb", "--raw-extract", deb.toString(), "/root/next");
        debian.must("sed", "-i", "s/^Version: .*/Version: " + NEXT_VERSION + "/", "/root/next/DEBIAN/control");
        debian.must("sh", "-c", """
                cd /root/next/usr/lib/iam-broker/lib
                read -r old <hash
                echo %1$s >hash
                mv iam-broker-$old.aot iam-broker-%1$s.aot
                mv iam-broker-commands-$old.aot iam-broker-commands-%1$s.aot
                """.formatted(NEXT_BUILD));
        debian.must("dpkg-deb", "--build", "-Zgzip", "-z1", "/root/next", "/root/next.deb");
        return "/root/next.deb";
    }

    @Test
    @Order(16)
    void downgrade_underLoad_noRequestFails() throws Exception {
        try (SteadyLoad load = SteadyLoad.begin(broker, TOKEN)) {
            load.awaitAnswers(100);
            debian.must("dpkg", "--install", deb.toString());
            load.awaitAnswers(100);
            assertThat(load.failures()).isEmpty();
        }
    }

    @Test
    @Order(17)
    void reboot_enabledService_servesWhatItHadWithoutALogin() throws Exception {
        String token = broker.get(TOKEN).text("access_token");
        cloud.emulator().stop();
        try {
            debian.reboot();
            debian.await(
                    "the boot's own start",
                    () -> debian.show(SERVICE, "ActiveState").equals("active"));
            broker = new UnixHttp(debian.path("/run/iam-broker/broker.sock"));
            assertThat(broker.get(TOKEN).text("access_token")).isEqualTo(token);
        } finally {
            cloud.emulator().start();
        }
        assertThat(debian.must("stat", "-c", "%U:%G %a", "/run/iam-broker", "/run/iam-broker/broker.sock"))
                .isEqualTo("_iam-broker:_iam-broker 755\nroot:iam-broker 660");
    }

    /** The broker of one user, on the units for users. */
    @Test
    @Order(18)
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
    @Order(19)
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
    @Order(20)
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

    @Test
    @Order(21)
    void tarball_asTheOperationsPageSays_isServedByItsUnits() throws Exception {
        debian.must("rm", "-r", "/etc/systemd/system/iam-broker.service.d");
        Files.copy(Checkout.tarball(), debian.path("/root/iam-broker-1.0.tar.gz"));
        List<String> commands = Checkout.commands("docs/operations.md", "Without the package");
        assertThat(commands).hasSizeGreaterThan(5);

        debian.must("sh", "-e", "-c", "cd /root\n" + String.join("\n", commands));

        assertThat(debian.show(SOCKET, "ActiveState")).isEqualTo("active");
        assertThat(debian.must("systemctl", "is-enabled", SOCKET, SERVICE)).isEqualTo("enabled\nenabled");
        assertThat(broker.get("/livez").status()).isEqualTo(200);
        debian.await("its status", () -> debian.show(SERVICE, "StatusText").startsWith("serves 1 account"));
    }
}

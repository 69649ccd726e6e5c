package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.it.harness.Docker;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.testcontainers.containers.GenericContainer;

/**
 * The broker in its container, and clients in containers of their own that have nothing but its socket: no network, no capability,
 * another user.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ContainerIT {
    private static final int CLIENT = 2000;
    private static final String SOCKETS = "/run/iam-broker";

    private final EmulatedCloud cloud = SampleCloud.start();
    private final Workplace place;
    private final String sockets;
    private final String state;
    private GenericContainer<?> broker;

    ContainerIT() throws IOException {
        place = Workplace.create();
        sockets = place.directory().getFileName() + "-sockets";
        state = place.directory().getFileName() + "-state";
    }

    @BeforeAll
    void start() throws IOException, InterruptedException {
        mountedSecret("prod-key", EmulatedCloud.PROD_API_KEY);
        mountedSecret("password", EmulatedCloud.PASSWORD);
        Files.writeString(
                place.configFile(),
                Workplace.endpoints(cloud.emulator())
                        + """
                accounts:
                  prod: { api-key: { file: /run/secrets/iam/prod-key }, account-id: %s }
                  ops:
                    password: { username: %s, password: { file: /run/secrets/iam/password } }
                    account-id: %s
                listen:
                  unix: { path: /run/iam-broker/broker.sock, mode: "0660", group: iam-broker }
                clients:
                  - name: job
                    match: { gid: %d }
                    allow: [ "access:prod", "kube:prod" ]
                """.formatted(
                                        EmulatedCloud.PROD_ACCOUNT,
                                        EmulatedCloud.USER,
                                        EmulatedCloud.PROD_ACCOUNT,
                                        Docker.BROKER));
        broker = Docker.broker(
                place.configFile() + ":/etc/iam-broker/broker.yaml:ro",
                place.directory().resolve("secrets") + ":/run/secrets/iam:ro",
                sockets + ":" + SOCKETS,
                state + ":/var/lib/iam-broker");
        broker.start();
    }

    /** As Kubernetes mounts one: a link to a link to a file that everybody in the container may read. */
    private void mountedSecret(String name, String value) throws IOException {
        Path secrets = Files.createDirectories(place.directory().resolve("secrets/..2026_01_01"));
        Path file = Files.writeString(secrets.resolve(name), value);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
        Path data = secrets.resolveSibling("..data");
        if (!Files.exists(data)) {
            Files.createSymbolicLink(data, secrets.getFileName());
        }
        Files.createSymbolicLink(secrets.resolveSibling(name), Path.of("..data", name));
        for (Path directory : new Path[] {place.directory(), secrets, secrets.getParent()}) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    @AfterAll
    void stop() throws IOException, InterruptedException {
        if (broker != null) {
            broker.stop();
            Docker.command("volume", "rm", sockets, state).run();
        }
        place.close();
        cloud.close();
    }

    @Test
    @Order(1)
    void startUp_untilItServes_isPrinted() throws Exception {
        Instant begin = Instant.parse(inspect("{{.State.StartedAt}}"));
        String serving = broker.getLogs()
                .lines()
                .filter(line -> line.contains(" serves "))
                .findFirst()
                .orElseThrow();
        Duration took = Duration.between(begin, Instant.parse(serving.substring(0, serving.indexOf(' '))));
        System.out.println("container: serves " + took.toMillis() + " ms after it was started");
        assertThat(took).isPositive().isLessThan(Duration.ofSeconds(30));
    }

    @Test
    @Order(2)
    void health_runningBroker_isHealthyAndRunsWithoutRights() throws Exception {
        assertThat(inspect("{{.State.Health.Status}}")).isEqualTo("healthy");
        assertThat(inspect("{{.Config.User}}")).isEqualTo(Docker.BROKER + ":" + Docker.BROKER);
        assertThat(inspect("{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}}"))
                .isEqualTo("true [ALL] [no-new-privileges]");
        assertThat(Docker.must("top", broker.getContainerId(), "-eo", "pid,uid,gid"))
                .matches("(?s)PID +UID +GID\\s+\\d+ +%d +%d".formatted(Docker.BROKER, Docker.BROKER));
    }

    @Test
    @Order(3)
    void commands_byDockerExec_workWithoutAShell() throws Exception {
        Ran status = exec("iam-broker", "status");
        assertThat(status.exitCode()).as(status.all()).isZero();
        assertThat(status.out()).contains("prod", "valid", "api-key");

        Ran ready = exec("iam-broker", "wait", "--for", "account", "ops", "--timeout", "30s");
        assertThat(ready.exitCode()).as(ready.all()).isZero();

        Ran credential = exec("iam-broker-credential", "--account", "prod", "--cluster", "prod-vpc");
        assertThat(credential.out()).as(credential.all()).contains("\"kind\":\"ExecCredential\"");

        Ran shell = exec("sh", "-c", "true");
        assertThat(shell.exitCode()).as(shell.all()).isIn(126, 127);
    }

    @Test
    @Order(4)
    void client_ofTheSocketsGroup_getsWhatItsRuleAllows() throws Exception {
        Ran token = client(Docker.BROKER, "token", "prod", "--header");
        assertThat(token.out()).as(token.all()).startsWith("Authorization: Bearer ey");

        Ran credential = client(Docker.BROKER, "kube-credential", "--account", "prod", "--cluster", "prod-vpc");
        assertThat(credential.out()).as(credential.all()).contains("\"kind\":\"ExecCredential\"");

        Ran other = client(Docker.BROKER, "token", "ops");
        assertThat(other.exitCode()).as(other.all()).isEqualTo(5);
    }

    @Test
    @Order(5)
    void client_ofNoGroup_doesNotReachTheSocket() throws Exception {
        Ran ran = client(CLIENT, "token", "prod");

        assertThat(ran.exitCode()).as(ran.all()).isEqualTo(3);
        assertThat(ran.out()).isEmpty();
    }

    private Ran client(int group, Object... command) throws IOException, InterruptedException {
        return Docker.run(
                        "--user=" + CLIENT + ":" + CLIENT,
                        "--group-add=" + group,
                        "-v",
                        sockets + ":" + SOCKETS + ":ro")
                .with(Docker.image())
                .with(command)
                .run();
    }

    /** The launcher answers it without a JVM: what it says is what the command says. */
    @Test
    @Order(6)
    void probe_readyOrNot_isAnsweredAsTheCommandAnswers() throws Exception {
        assertProbe(0);

        Docker.must("exec", broker.getContainerId(), "iam-broker", "logout", "ops");
        Docker.must("exec", broker.getContainerId(), "iam-broker", "purge", "prod");
        cloud.emulator().stop();
        try {
            Ran ran = assertProbe(6);
            assertThat(ran.err()).isEqualTo("iam-broker: the broker is not ready: 'iam-broker status' says why\n");
        } finally {
            cloud.emulator().start();
        }
        assertThat(exec("iam-broker", "wait", "--for", "ready").exitCode()).isZero();
    }

    private Ran assertProbe(int exitCode) throws Exception {
        Ran probe = exec("iam-broker", "wait", "--for", "ready", "--timeout", "0");
        Ran command = exec("iam-broker", "wait", "--timeout", "0", "--for", "ready");
        assertThat(probe.exitCode()).as(probe.all()).isEqualTo(exitCode);
        assertThat(probe).isEqualTo(command);
        return probe;
    }

    @Test
    @Order(7)
    void memory_ofTheContainer_isPrinted() throws Exception {
        String used = Docker.must("stats", "--no-stream", "--format", "{{.MemUsage}}", broker.getContainerId());
        System.out.println("container: memory " + used);
        assertThat(used).contains("MiB");
        assertThat(Double.parseDouble(used.substring(0, used.indexOf("MiB")))).isLessThan(160);
    }

    @Test
    @Order(8)
    void secrets_afterAllOfThis_areNowhereToBeRead() throws Exception {
        String token = exec("iam-broker", "token", "prod").out().strip();
        String shown = Docker.must("inspect", broker.getContainerId()) + broker.getLogs();

        assertThat(token).startsWith("ey");
        assertThat(shown).doesNotContain(token, EmulatedCloud.PROD_API_KEY, EmulatedCloud.PASSWORD);
    }

    @Test
    @Order(9)
    void stop_thenStart_endsWellAndNobodyLogsInAgain() throws Exception {
        exec("iam-broker", "login", "ops");
        long logins = cloud.emulator().count(GrantKind.PASSWORD);

        long begin = System.nanoTime();
        Docker.must("stop", "--time", "20", broker.getContainerId());
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        System.out.println("container: stopped within " + took.toMillis() + " ms");
        assertThat(inspect("{{.State.ExitCode}}")).isEqualTo("0");
        assertThat(took).isLessThan(Duration.ofSeconds(10));

        Docker.must("start", broker.getContainerId());
        Ran ready = exec("iam-broker", "wait", "--for", "account", "ops", "--timeout", "30s");
        assertThat(ready.exitCode()).as(ready.all()).isZero();
        assertThat(cloud.emulator().count(GrantKind.PASSWORD)).isEqualTo(logins);
    }

    private String inspect(String format) throws IOException, InterruptedException {
        return Docker.must("inspect", "--format", format, broker.getContainerId());
    }

    private Ran exec(Object... command) throws IOException, InterruptedException {
        Program exec = Docker.command("exec", broker.getContainerId());
        return exec.with(command).run();
    }
}

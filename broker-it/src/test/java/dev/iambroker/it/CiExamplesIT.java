package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.it.harness.Checkout;
import dev.iambroker.it.harness.Docker;
import dev.iambroker.it.harness.Manifest;
import dev.iambroker.it.harness.Needs;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/** The examples for CI and the compose file: every line of their scripts is run, against the emulated cloud. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CiExamplesIT {
    private final EmulatedCloud cloud = SampleCloud.start();
    private final Workplace place;

    CiExamplesIT() throws IOException {
        place = Workplace.create();
        Files.setPosixFilePermissions(place.directory(), PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @BeforeAll
    void build() throws IOException, InterruptedException {
        Docker.image();
    }

    @AfterAll
    void stop() throws IOException {
        place.close();
        cloud.close();
    }

    @Test
    void gitHubActions_everyStep_succeedsAndLeavesNothing() throws Exception {
        Needs.program("curl", "curl");
        Path workspace = Files.createDirectories(place.directory().resolve("github"));
        configure(workspace, "ci/broker.yaml", "docker/ci/broker.yaml");
        Path temp = Files.createDirectory(workspace.resolve("temp"));
        int run = 0;
        for (JsonNode step : Manifest.read("ci/github-actions.yaml")
                .documents()
                .getFirst()
                .path("jobs")
                .path("deploy")
                .path("steps")) {
            if (step.has("run")) {
                Ran ran = step(workspace, temp, step).run();
                assertThat(ran.exitCode())
                        .as(step.path("name").asString() + ": " + ran.all())
                        .isZero();
                assertThat(ran.all()).doesNotContain(EmulatedCloud.PROD_API_KEY);
                run++;
            }
        }
        assertThat(run).isEqualTo(4);
        assertThat(temp).isEmptyDirectory();
        assertThat(Docker.command("inspect", "iam-broker").run().exitCode()).isNotZero();
    }

    /** As a runner starts it; the engine of a runner has a network of its own, this one has not. */
    private Program step(Path workspace, Path temp, JsonNode step) throws IOException {
        Path tools = Files.createDirectories(workspace.resolve("tools"));
        Path docker = Files.writeString(tools.resolve("docker"), """
                #!/bin/sh
                PATH=${PATH#*:}
                case $1 in
                run) shift; exec docker run --network=host "$@" ;;
                *) exec docker "$@" ;;
                esac
                """);
        Files.setPosixFilePermissions(docker, PosixFilePermissions.fromString("rwxr-xr-x"));
        Program program = Docker.withEngine(Program.of("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"))
                .with(step.path("run").asString())
                .in(workspace)
                .env("PATH", tools + ":" + System.getenv("PATH"))
                .env("RUNNER_TEMP", temp)
                .env("IAM_BROKER_IMAGE", "iam-broker:it");
        step.path("env").properties().forEach(variable -> {
            assertThat(variable.getValue().asString()).isEqualTo("${{ secrets.IBM_API_KEY }}");
            program.env(variable.getKey(), EmulatedCloud.PROD_API_KEY);
        });
        return program;
    }

    @Test
    void gitLab_script_getsATokenInTheJobsOwnContainer() throws Exception {
        JsonNode job = Manifest.read("ci/gitlab-ci.yaml").documents().getFirst().path("deploy");
        List<String> lines = new ArrayList<>(List.of("set -eo pipefail"));
        job.path("before_script").forEach(line -> lines.add(line.asString()));
        job.path("script").forEach(line -> lines.add(line.asString()));
        String script =
                String.join("\n", lines).replace("accounts:\n", Workplace.endpoints(cloud.emulator()) + "accounts:\n");
        assertThat(script).contains("endpoints:");

        List<Object> options = new ArrayList<>(
                List.of("run", "--rm", "--network=host", "--env=IBM_API_KEY=" + EmulatedCloud.PROD_API_KEY));
        job.path("variables")
                .properties()
                .forEach(it ->
                        options.add("--env=" + it.getKey() + "=" + it.getValue().asString()));
        Ran ran = Docker.command(options.toArray())
                .with(jobImage(), "/bin/sh", "-c", script)
                .run();

        assertThat(ran.exitCode()).as(ran.all()).isZero();
        assertThat(ran.all()).doesNotContain(EmulatedCloud.PROD_API_KEY, "eyJ");
    }

    /** With what the comment of the example adds to the image of a job. */
    private String jobImage() throws IOException, InterruptedException {
        String added = Files.readString(Checkout.root().resolve("docker/ci/gitlab-ci.yaml"))
                .lines()
                .filter(line -> line.matches("# +(COPY|RUN) .*"))
                .map(line -> line.substring(1).strip())
                .map(line -> line.replace("--from=iam-broker ", "--from=" + "iam-broker:it "))
                .reduce("", (one, other) -> one + other + "\n");
        Path directory = Files.createDirectory(place.directory().resolve("gitlab"));
        Files.writeString(directory.resolve("Dockerfile"), """
                FROM %s
                COPY --from=%s /bin /bin
                RUN ["/bin/mkdir", "-p", "/usr/local/bin"]
                """.formatted(Docker.base(), Docker.tools()) + added);
        String image = "iam-broker:it-gitlab";
        Docker.must("build", "-q", "-t", image, directory);
        return image;
    }

    @Test
    void compose_upWithAJob_exitsAsTheJobDoes() throws Exception {
        Needs.program("docker-compose", "docker-compose");
        Path directory = Files.createDirectory(place.directory().resolve("compose"));
        configure(directory, "broker.yaml", "broker.yaml");
        Files.copy(Checkout.root().resolve("docker/compose.yaml"), directory.resolve("compose.yaml"));
        Path key = Files.writeString(directory.resolve("prod-api-key"), EmulatedCloud.PROD_API_KEY);
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("r--r--r--"));
        Files.writeString(directory.resolve("here.yaml"), """
                services:
                  broker: { network_mode: host, healthcheck: { interval: 1s } }
                  job: { network_mode: none }
                """);
        try {
            Ran up = compose(directory, "up", "--exit-code-from", "job").run();
            assertThat(up.exitCode()).as(up.all()).isZero();
            assertThat(up.out()).contains("Authorization: Bearer ey").doesNotContain(EmulatedCloud.PROD_API_KEY);
        } finally {
            compose(directory, "down", "--volumes").run();
        }
    }

    private Program compose(Path directory, Object... command) {
        return Docker.withEngine(Program.of(
                                "docker-compose",
                                "--project-name",
                                place.directory().getFileName())
                        .with("-f", "compose.yaml", "-f", "here.yaml")
                        .with(command))
                .env("IAM_BROKER_IMAGE", "iam-broker:it")
                .env("JOB_IMAGE", "iam-broker:it")
                .in(directory);
    }

    /** A configuration below {@code docker/}, told where the emulated cloud is. */
    private void configure(Path directory, String source, String target) throws IOException {
        Path file = directory.resolve(target);
        Files.createDirectories(directory.resolve(target).resolveSibling("."));
        Files.writeString(
                file,
                Workplace.endpoints(cloud.emulator())
                        + Files.readString(Checkout.root().resolve("docker").resolve(source)));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }
}

package dev.iambroker.it.harness;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HealthCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * The engine of {@code DOCKER_HOST}, or the machine's, and the broker's image in it: built once a run by the commands that users are told,
 * on bases made of Debian packages. Thread-safe.
 */
public final class Docker {
    /** Who the broker is in its image, and whom the socket is shared with. */
    public static final int BROKER = 10001;

    private static final String BASES = "iam-broker-it";
    private static final String IMAGE = "iam-broker:it";
    /** Between two health checks of a test. */
    private static final long LOOK_NANOS = 500_000_000;

    private static boolean built;

    private Docker() {}

    /** A command of the client's. */
    public static Program command(Object... arguments) {
        Program docker = Program.of("docker").with(arguments).within(Duration.ofMinutes(3));
        return withEngine(docker);
    }

    /** Tells a program which engine is meant. */
    public static Program withEngine(Program program) {
        String host = System.getenv("DOCKER_HOST");
        if (host != null) {
            program.env("DOCKER_HOST", host);
        }
        // The classic builder is part of every client; the other is a plug-in of it.
        return program.env("DOCKER_BUILDKIT", 0);
    }

    /** Runs a command of the client's, which has to succeed. */
    public static String must(Object... arguments) throws IOException, InterruptedException {
        Ran ran = command(arguments).run();
        if (ran.exitCode() != 0) {
            throw new AssertionError(ran.all());
        }
        return ran.out().strip();
    }

    /** The name of the broker's image; the test is skipped where there is no engine, or none can be built. */
    public static synchronized String image() throws IOException, InterruptedException {
        require();
        if (!built) {
            build();
            built = true;
        }
        return IMAGE;
    }

    /** What the broker's image is made on: the C library. */
    public static String base() {
        return BASES + ":base";
    }

    /** Of Debian's busybox: a shell and the usual tools, for the other containers of a test. */
    public static String tools() {
        return BASES + ":build";
    }

    private static void require() throws IOException, InterruptedException {
        Needs.program("docker", "docker.io");
        Needs.program("dpkg-deb", "dpkg");
        Ran version = command("version", "--format", "{{.Server.Version}}").run();
        assumeTrue(
                version.exitCode() == 0,
                "no Docker engine answers: start one, or let dev/test do it as root on Debian or Ubuntu");
        Path launcher = Checkout.root().resolve("broker-client/target/native/iam-broker");
        assumeTrue(Files.exists(launcher), "no launcher for the image was built: install musl-tools and build again");
    }

    private static void build() throws IOException, InterruptedException {
        Ran bases = withEngine(Program.of(Checkout.root().resolve("docker/base-image.sh"), BASES))
                .within(Duration.ofMinutes(3))
                .run();
        if (bases.exitCode() != 0) {
            throw new AssertionError(bases.all());
        }
        Ran build = command("build", "-f", "docker/Dockerfile", "-t", IMAGE)
                .with("--build-arg", "BASE=" + BASES + ":base", "--build-arg", "BUILD=" + BASES + ":build", ".")
                .in(Checkout.root())
                .run();
        if (build.exitCode() != 0) {
            throw new AssertionError(build.all());
        }
    }

    /**
     * A container of the broker's image, as closed as it is to be run: nothing of its root can be written, no capability, no new
     * privilege. On the machine's own network, where the emulated cloud is. The caller starts and closes it.
     *
     * @param mounts as {@code docker run --volume} takes them
     */
    @SuppressWarnings("resource") // Ownership: the caller's.
    public static GenericContainer<?> broker(String... mounts) throws IOException, InterruptedException {
        Bind[] binds = Arrays.stream(mounts).map(Bind::parse).toArray(Bind[]::new);
        return new GenericContainer<>(DockerImageName.parse(image()))
                .withImagePullPolicy(name -> false)
                .withNetworkMode("host")
                .waitingFor(Wait.forHealthcheck())
                .withCreateContainerCmdModifier(command -> {
                    // An interval of its own; all else is the image's.
                    command.withHealthcheck(new HealthCheck().withInterval(LOOK_NANOS));
                    Objects.requireNonNull(command.getHostConfig())
                            .withBinds(binds)
                            .withReadonlyRootfs(true)
                            .withCapDrop(Capability.ALL)
                            .withSecurityOpts(List.of("no-new-privileges"));
                });
    }

    /** Runs a command of the broker's image without a network, as closed as {@link #broker}, to its end. */
    public static Program run(Object... options) throws IOException, InterruptedException {
        image();
        return command(
                        "run",
                        "--rm",
                        "--network=none",
                        "--read-only",
                        "--cap-drop=ALL",
                        "--security-opt=no-new-privileges")
                .with(options);
    }
}

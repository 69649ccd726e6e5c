package dev.iambroker.it.harness;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.opentest4j.TestAbortedException;

/**
 * A Debian of its own, with systemd as its first process: what a machine does with the package and its units, done. Starts
 * each time from the same root file system, which is made once and never written to: what is written lives in memory, over
 * its reboots, until it is closed. Shares the network of this machine,
 * so that an emulated cloud on loopback is the same for both. Takes root. Confined to one thread, but for
 * {@link #path}. Closing it ends everything in it.
 */
public final class BootedDebian implements AutoCloseable {
    private static final String SUITE = "bookworm";

    /** What the smallest Debian lacks of one that people install. */
    private static final String PACKAGES =
            "systemd,systemd-sysv,libnss-systemd,libpam-systemd,dbus,init-system-helpers,procps,ca-certificates,curl,sudo";

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long LOOK_MILLIS = 20;

    /** In a mount namespace of its own, so that nothing stays mounted however this ends. 133 asks for a reboot. */
    private static final String OVERLAID = """
            set -e
            mount -t tmpfs -o mode=755 tmpfs "$OVER"
            mkdir "$OVER/upper" "$OVER/work" "$OVER/root"
            mount -t overlay -o "lowerdir=$UNDER,upperdir=$OVER/upper,workdir=$OVER/work" overlay "$OVER/root"
            set +e
            "$@"
            while [ $? = 133 ]; do "$@"; done
            """;

    private final Process container;
    private final Path over;
    private final Path console;
    private long first;

    private BootedDebian(Process container, Path over, Path console) {
        this.container = container;
        this.over = over;
        this.console = console;
    }

    /** Something that becomes true. */
    @FunctionalInterface
    public interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    /**
     * Boots one; the test is skipped where this machine cannot.
     *
     * @param shown a file of this machine that is read at the same place there
     */
    public static BootedDebian boot(Path shown) throws IOException, InterruptedException {
        Needs.root("to boot a system in a container");
        Needs.program("systemd-nspawn", "systemd-container");
        Needs.program("debootstrap", "debootstrap");
        Path console = Files.createTempFile("iam-broker-it-console-", ".log");
        Path over = Files.createTempDirectory("iam-broker-it-debian-");
        // A service locks memory of its own accord, which the container would refuse unless it is told not to.
        Program nspawn = Program.of("unshare", "--mount", "--propagation", "private", "sh", "-c", OVERLAID, "sh")
                .with("systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--boot")
                .with("--directory=" + over.resolve("root"), "--bind-ro=" + shown)
                .with("--system-call-filter=@memlock")
                .env("UNDER", root())
                .env("OVER", over);
        Process process = nspawn.start(Redirect.from(Path.of("/dev/null").toFile()), console, console);
        BootedDebian debian = new BootedDebian(process, over, console);
        try {
            debian.awaitBoot();
            return debian;
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            debian.close();
            throw e;
        }
    }

    /** The root file system: of {@code -Diam-broker.debian}, or made here, which takes a minute. */
    private static Path root() throws IOException, InterruptedException {
        Path fallback = Checkout.root().resolve("broker-it/target/debian-" + SUITE);
        Path root = Path.of(System.getProperty("iam-broker.debian", fallback.toString()));
        Path whole = root.resolveSibling(root.getFileName() + ".whole");
        if (!Files.exists(whole)) {
            must(Program.of("rm", "-rf", "--one-file-system", root).run());
            must(Program.of("debootstrap", "--variant=minbase", "--include=" + PACKAGES, SUITE, root, mirror())
                    .within(Duration.ofMinutes(5))
                    .run());
            Files.createFile(whole);
        }
        return root;
    }

    /** Where this machine gets its own packages from. */
    private static String mirror() throws IOException, InterruptedException {
        Ran targets = Program.of("apt-get", "indextargets", "--format", "$(REPO_URI)", "Codename: " + SUITE)
                .run();
        return targets.out().lines().findFirst().orElse("http://deb.debian.org/debian");
    }

    private void awaitBoot() throws IOException, InterruptedException {
        await("its first process", () -> {
            if (!container.isAlive()) {
                throw new TestAbortedException("no system can be booted here: " + Files.readString(console));
            }
            first = container
                    .children()
                    .flatMap(ProcessHandle::children)
                    .findFirst()
                    .map(ProcessHandle::pid)
                    .orElse(0L);
            return first != 0 && run("test", "-S", "/run/systemd/private").exitCode() == 0;
        });
        await("the end of its boot", () -> {
            String state = run("systemctl", "is-system-running").out().strip();
            return state.equals("running") || state.equals("degraded");
        });
    }

    /** Ends all that runs in it, and starts it again with the files that it has then. */
    public void reboot() throws IOException, InterruptedException {
        ProcessHandle before = ProcessHandle.of(first).orElseThrow();
        run("systemctl", "reboot");
        await("the end of its first process", () -> !before.isAlive());
        awaitBoot();
    }

    /** @throws AssertionError if it does not become so in time */
    public void await(String what, Condition condition) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            boolean hasEnded = container.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            if (hasEnded || System.nanoTime() > end) {
                throw new AssertionError("waited in vain for " + what + "; its console:\n" + Files.readString(console));
            }
        }
    }

    /** A file of it, as this machine reaches it. */
    public Path path(String absolute) {
        return Path.of("/proc/" + first + "/root" + absolute);
    }

    /** Runs a command in it, as root unless the command itself changes that. */
    public Ran run(String... command) throws IOException, InterruptedException {
        return Program.of("nsenter", "-t", first, "-a", "env", "-i", "LC_ALL=C.UTF-8")
                .with(
                        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                        "DEBIAN_FRONTEND=noninteractive")
                .with(List.of(command).toArray())
                .run();
    }

    /** As {@link #run}, and it has to succeed. */
    public String must(String... command) throws IOException, InterruptedException {
        return must(run(command));
    }

    private static String must(Ran ran) {
        if (ran.exitCode() != 0) {
            throw new AssertionError(ran.all());
        }
        return ran.out().strip();
    }

    /** A property of a unit, as {@code systemctl show} has it. */
    public String show(String unit, String property) throws IOException, InterruptedException {
        return must("systemctl", "show", "-p", property, "--value", unit);
    }

    /** What the journal has of a unit. */
    public String journal(String unit) throws IOException, InterruptedException {
        return run("journalctl", "--no-pager", "-o", "cat", "-u", unit).out();
    }

    @Override
    public void close() throws IOException {
        // It outlives what booted it, and with it the kernel ends all that it runs.
        ProcessHandle.of(first).ifPresent(init -> {
            init.destroyForcibly();
            init.onExit().join();
        });
        Children.kill(container);
        Files.deleteIfExists(console);
        Files.deleteIfExists(over);
    }
}

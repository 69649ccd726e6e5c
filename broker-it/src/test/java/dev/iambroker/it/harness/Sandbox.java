package dev.iambroker.it.harness;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.opentest4j.TestAbortedException;

/**
 * A network with nothing but loopback and a view of the file systems that others do not share, for faults of the kernel's own.
 * Both last as long as the process that was started in them, which ends with this JVM, however that ends: nothing is left behind.
 */
public final class Sandbox implements AutoCloseable {
    /** The MTU of Ethernet: with loopback's own a packet is larger than what a slow link lets through at once. */
    private static final String UP = "ip link set lo mtu 1500 up && echo ready && exec cat";

    private final Path files;
    private final Process holder;

    private Sandbox(Path files, Process holder) {
        this.files = files;
        this.holder = holder;
    }

    /** The test is skipped where that needs rights or programs that are not there. */
    public static Sandbox open() throws IOException, InterruptedException {
        Needs.root("to make a network and mounts of its own");
        Needs.program("unshare", "util-linux");
        Needs.program("ip", "iproute2");
        Path files = Files.createTempDirectory("iam-broker-it-sandbox-");
        Path out = files.resolve("out");
        Path err = files.resolve("err");
        // It reads a pipe whose other end dies with this JVM.
        Process holder = Program.of("unshare", "--net", "--mount", "--propagation", "private", "sh", "-c", UP)
                .start(Redirect.PIPE, out, err);
        Sandbox sandbox = new Sandbox(files, holder);
        while (!Files.readString(out).contains("ready")) {
            if (holder.waitFor(10, TimeUnit.MILLISECONDS)) {
                throw new TestAbortedException("no namespaces can be made here: " + Files.readString(err));
            }
        }
        return sandbox;
    }

    /** Lets that program run in here. */
    public Program inside(Program program) {
        return program.by("nsenter", "--target", holder.pid(), "--net", "--mount");
    }

    /** Lets that program see the mounts in here, and the network of everyone. */
    public Program seeingMounts(Program program) {
        return program.by("nsenter", "--target", holder.pid(), "--mount");
    }

    /** Runs that text in here, as root. */
    public Ran run(String script) throws IOException, InterruptedException {
        return inside(Program.shell(script)).run();
    }

    /** As {@link #run}. @throws AssertionError if it does not end with 0 */
    public void must(String script) throws IOException, InterruptedException {
        Ran ran = run(script);
        if (ran.exitCode() != 0) {
            throw new AssertionError(script + ": " + ran.all());
        }
    }

    /** The path by which this process reaches what lies at {@code path} in here. */
    public Path reached(Path path) {
        return Path.of("/proc/" + holder.pid() + "/root").resolve(Path.of("/").relativize(path));
    }

    /** So many ports of the loopback in here that lead to that one of this process's own. */
    public Relay relay(int port, int count) throws IOException, InterruptedException {
        return Relay.start(this, port, count);
    }

    @Override
    public void close() throws IOException {
        Children.kill(holder);
        Workplace.delete(files);
    }
}

package dev.iambroker.it.harness;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Ports on the loopback of a {@link Sandbox} that all lead to one outside: a process in there, and a Unix socket between, since those
 * know no network.
 */
public final class Relay implements AutoCloseable {
    private final Path files;
    private final FaultyProxy outside;
    private final Process inside;
    private final List<Integer> ports;

    private Relay(Path files, FaultyProxy outside, Process inside, List<Integer> ports) {
        this.files = files;
        this.outside = outside;
        this.inside = inside;
        this.ports = ports;
    }

    static Relay start(Sandbox sandbox, int target, int count) throws IOException, InterruptedException {
        Path files = Files.createTempDirectory("iam-broker-it-relay-");
        Path socket = files.resolve("socket");
        Path out = files.resolve("out");
        Path err = files.resolve("err");
        FaultyProxy outside = FaultyProxy.fromUnix(socket, target);
        Process inside = sandbox.inside(Program.of(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Relay.class.getName(),
                        socket,
                        count))
                .start(Redirect.PIPE, out, err);
        while (Files.readAllLines(out).size() < count) {
            if (inside.waitFor(10, TimeUnit.MILLISECONDS)) {
                throw new AssertionError("the relay ended: " + Files.readString(err));
            }
        }
        return new Relay(
                files,
                outside,
                inside,
                Files.readAllLines(out).stream().map(Integer::valueOf).toList());
    }

    /** Prints the ports, and ends when its input does. */
    public static void main(String[] arguments) throws IOException {
        StringBuilder ports = new StringBuilder();
        for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
            ports.append(FaultyProxy.toUnix(Path.of(arguments[0])).port()).append('\n');
        }
        System.out.print(ports);
        System.out.flush();
        while (System.in.read() >= 0) {
            // Nothing is said to it.
        }
    }

    public List<Integer> ports() {
        return ports;
    }

    @Override
    public void close() throws IOException {
        Children.kill(inside);
        outside.close();
        Workplace.delete(files);
    }
}

package dev.iambroker.it.bench;

import dev.iambroker.it.harness.Checkout;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.Ran;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * What all measurements share: the unpacked tarball, the C tools, and how long to measure. Its files are temporary ones, which
 * {@code dev/bench} removes.
 *
 * @param folder for files, everybody may pass through
 * @param tools where {@code load} and {@code rr} are
 * @param isQuick for a look, not for the document
 */
record Site(Path folder, Path distribution, Path tools, boolean isQuick) {
    /** Who is let in by a rule; the owner of a daemon has every right. */
    static final int CLIENT = 65534;

    private static final int QUICK_PART = 5;

    static Site unpack(Path tools, boolean isQuick) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("site-");
        openToAll(folder);
        must(Program.of("tar", "-xzf", Checkout.tarball(), "-C", folder));
        try (Stream<Path> found = Files.list(folder)) {
            return new Site(folder, found.findFirst().orElseThrow(), tools, isQuick);
        }
    }

    /** Lets everybody pass through, so that an ordinary user's client reaches the socket. */
    static void openToAll(Path folder) throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    static boolean isRoot() throws IOException {
        return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
    }

    /** @throws NotMeasurable if no such program is on PATH, or where a system keeps its daemons */
    static Path program(String name) throws IOException, InterruptedException, NotMeasurable {
        Ran found = Program.shell("PATH=$PATH:/usr/sbin command -v " + name).run();
        if (found.exitCode() != 0) {
            throw new NotMeasurable("no " + name + " on this machine");
        }
        return Path.of(found.out().strip());
    }

    Path launcher() {
        return distribution.resolve("bin/iam-broker");
    }

    Path plugin() {
        return distribution.resolve("bin/iam-broker-credential");
    }

    Path runtime() {
        return distribution.resolve("lib/runtime/bin/java");
    }

    int rounds(int count) {
        return isQuick ? Math.max(2, count / QUICK_PART) : count;
    }

    long millis(long full) {
        return isQuick ? full / QUICK_PART : full;
    }

    /** Writes a request for the load generator; its client may read it. */
    Path request(String name, String target, String... fields) throws IOException {
        StringBuilder text = new StringBuilder("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n");
        Arrays.stream(fields).forEach(field -> text.append(field).append("\r\n"));
        return Files.writeString(folder.resolve(name + ".request"), text.append("\r\n"));
    }

    /** @param address a Unix socket, or a port of 127.0.0.1 */
    Load load(Object address, int connections, long millis, String mode, Path request)
            throws IOException, InterruptedException {
        Program load = asClient(CLIENT, Program.of(tools.resolve("load"), address, connections, millis, mode, request));
        Ran ran = must(load);
        return Load.parse(ran.out()).whole(ran.err());
    }

    /** The load generator as that user, which prints "ready" to {@code out} and waits for a line; the caller ends it. */
    Process waitingLoad(int user, Path socket, int connections, Path request, Path out) throws IOException {
        Program load = Program.of(
                tools.resolve("load"),
                socket,
                connections,
                Duration.ofSeconds(30).toMillis(),
                "once",
                request);
        return asClient(user, load).start(Redirect.PIPE, out, errorsOf(out));
    }

    /** Where what a load that prints to {@code out} says on stderr goes. */
    static Path errorsOf(Path out) {
        return out.resolveSibling(out.getFileName() + ".err");
    }

    private static Program asClient(int user, Program program) throws IOException {
        return isRoot() ? program.by("setpriv", "--reuid", user, "--regid", CLIENT, "--clear-groups") : program;
    }

    /** Runs commands in turns; the lines of {@code rr}. Each command sees the variables of {@code environment}. */
    String inTurns(int rounds, List<String> environment, List<List<String>> commands)
            throws IOException, InterruptedException {
        List<Object> words = new ArrayList<>(List.of("env"));
        words.addAll(environment);
        words.addAll(List.of(tools.resolve("rr"), rounds));
        for (List<String> command : commands) {
            words.add("--");
            words.addAll(command);
        }
        return must(Program.of(words.toArray())).out();
    }

    static Ran must(Program program) throws IOException, InterruptedException {
        Ran ran = program.run();
        if (ran.exitCode() != 0) {
            throw new IllegalStateException(program.words().getFirst() + ": " + ran.all());
        }
        return ran;
    }
}

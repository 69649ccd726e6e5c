package dev.iambroker.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Sockets of other users. Only root can act as one, so these need root and setpriv. */
@ParameterizedClass
@EnumSource(Implementation.class)
final class ForeignUserTest {

    private static final int NOBODY = 65534;
    private static final List<String> AS_NOBODY =
            List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups");

    private final Implementation implementation;

    @TempDir
    Path directory;

    ForeignUserTest(Implementation implementation) {
        this.implementation = implementation;
    }

    @BeforeEach
    void openToAll() throws IOException {
        assumeTrue(
                Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0),
                "needs root, to start programs as another user");
        if (!Files.isExecutable(Path.of("/usr/bin/setpriv"))) {
            Implementation.cannotRun("needs setpriv of util-linux");
        }
        open(directory);
        copyClasses(Path.of(Implementation.property("java.twin")));
        copyClasses(Path.of("target/test-classes"));
    }

    /** Other users may read neither the checkout nor the temporary directory of a test. */
    private void copyClasses(Path from) throws IOException {
        var to = Files.createDirectories(directory.resolve("classes/dev/iambroker/credential"));
        try (var files = Files.list(from.resolve("dev/iambroker/credential"))) {
            for (var file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    private static void open(Path path) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    private List<String> readableCommand() throws IOException {
        if (implementation == Implementation.JAVA) {
            return Implementation.javaCommand(directory.resolve("classes"));
        }
        var copy = directory.resolve("client");
        Files.copy(Path.of(implementation.command().get(0)), copy);
        open(copy);
        return List.of(copy.toString());
    }

    @Test
    void peer_thatIsAStranger_getsNothing() throws Exception {
        var socket = directory.resolve("broker.sock");
        var listener = startListener(socket);
        try (var said = listener.inputReader(StandardCharsets.UTF_8)) {
            assertThat(said.readLine()).isEqualTo("listening");
            client(socket)
                    .run()
                    .failed(
                            1,
                            "the socket " + socket + " is served by a stranger, neither root nor you nor the owner"
                                    + " of its directory: nothing was sent");
            assertThat(said.readLine()).isEqualTo("got -1");
        } finally {
            listener.destroyForcibly().waitFor();
        }
    }

    /** The owner of the link's directory is who is trusted, not that of the directory it leads to. */
    @Test
    void peer_behindALinkInTheSocketsPlace_getsNothing() throws Exception {
        var elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Files.setAttribute(elsewhere, "unix:uid", NOBODY);
        var link = Files.createSymbolicLink(directory.resolve("broker.sock"), elsewhere.resolve("s.sock"));
        var listener = startListener(elsewhere.resolve("s.sock"));
        try (var said = listener.inputReader(StandardCharsets.UTF_8)) {
            assertThat(said.readLine()).isEqualTo("listening");
            client(link)
                    .run()
                    .failed(
                            1,
                            "the socket " + link + " is served by a stranger, neither root nor you nor the owner"
                                    + " of its directory: nothing was sent");
            assertThat(said.readLine()).isEqualTo("got -1");
        } finally {
            listener.destroyForcibly().waitFor();
        }
    }

    @Test
    void peer_thatOwnsTheDirectory_isTrusted() throws Exception {
        var owned = Files.createDirectory(directory.resolve("owned"));
        Files.setAttribute(owned, "unix:uid", NOBODY);
        var socket = owned.resolve("broker.sock");
        var listener = startListener(socket);
        try (var said = listener.inputReader(StandardCharsets.UTF_8)) {
            assertThat(said.readLine()).isEqualTo("listening");
            client(socket).run().printed("{}");
        } finally {
            listener.destroyForcibly().waitFor();
        }
    }

    @Test
    void peer_thatIsRoot_isTrustedByOthers() throws Exception {
        var socket = directory.resolve("broker.sock");
        try (var daemon = FakeDaemon.answering(socket, Answers.ok("{}"))) {
            open(socket);
            Files.setAttribute(directory, "unix:uid", NOBODY - 1);
            asNobody(socket).run().printed("{}");
            assertThat(daemon.requestText()).startsWith("POST ");
        }
    }

    @Test
    void socket_ofAnotherUserOnly_saysSo() throws Exception {
        var socket = directory.resolve("broker.sock");
        var expected =
                "permission denied on " + socket + ": use the account that runs the daemon, or join the socket's group";
        try (var daemon = FakeDaemon.answering(socket, Answers.ok("{}"))) {
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
            asNobody(socket).run().failed(3, expected);
            assertThat(daemon.request()).isNull();
        }
    }

    @Test
    void socket_inAClosedDirectory_saysSo() throws Exception {
        var closed = Files.createDirectory(
                directory.resolve("closed"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        var socket = closed.resolve("broker.sock");
        asNobody(socket)
                .run()
                .failed(
                        3,
                        "permission denied on " + socket
                                + ": use the account that runs the daemon, or join the socket's group");
    }

    private ClientRun client(Path socket) {
        return new ClientRun(directory, implementation.command(), "--socket=" + socket);
    }

    private ClientRun asNobody(Path socket) throws IOException {
        return new ClientRun(directory, readableCommand(), "--socket=" + socket).through(AS_NOBODY);
    }

    private Process startListener(Path socket) throws IOException {
        var command = new ArrayList<>(AS_NOBODY);
        var java = Implementation.javaCommand(directory.resolve("classes"));
        command.addAll(java.subList(0, java.size() - 1));
        command.add(ForeignListener.class.getName());
        command.add(socket.toString());
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}

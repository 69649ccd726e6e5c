package dev.iambroker.credential;

import static dev.iambroker.credential.Answers.CREDENTIAL;
import static dev.iambroker.credential.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Arguments, and which socket they and the environment name. */
@ParameterizedClass
@EnumSource(Implementation.class)
final class CommandLineTest {

    private static final String NO_DAEMON = ": start it with 'iam-broker serve' or 'systemctl start iam-broker'";

    private final Implementation implementation;

    @TempDir
    Path directory;

    CommandLineTest(Implementation implementation) {
        this.implementation = implementation;
    }

    private ClientRun client(String... arguments) {
        return new ClientRun(directory, implementation.command(), arguments);
    }

    @Test
    void help_saysUsageAndExample() throws Exception {
        var result = client("kube-credential", "--account", "a", "--help", "--nonsense")
                .run();
        assertThat(new String(result.stdout(), StandardCharsets.UTF_8))
                .isEqualTo(Files.readString(Path.of("src/test/resources/help.txt")));
        assertThat(result.stderr()).isEmpty();
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void help_toAFullDevice_isAFailure() throws Exception {
        assertThat(client("--help").toStdout(Path.of("/dev/full")).run().exitCode())
                .isEqualTo(1);
    }

    @Test
    void version_isTheProjects() throws Exception {
        client("--version").run().printed("iam-broker-credential " + Implementation.property("project.version") + "\n");
    }

    @Test
    void arguments_unknown_areRefused() throws Exception {
        for (var unknown : List.of("--acount", "-h", "account", "--accounts=a", "--", "token")) {
            client(unknown).run().failed(2, "unknown argument '" + unknown + "': see 'iam-broker-credential --help'");
        }
        client("--account", "a", "kube-credential")
                .run()
                .failed(2, "unknown argument 'kube-credential': see 'iam-broker-credential --help'");
        client("x\u001b[2J\n" + "y".repeat(2000))
                .run()
                .failed(2, "unknown argument 'x[2J " + "y".repeat(1018) + "': see 'iam-broker-credential --help'");
    }

    @Test
    void options_withoutValue_areRefused() throws Exception {
        for (var option : List.of("--account", "--cluster", "--socket", "--wait")) {
            var line = option + " needs a value: see 'iam-broker-credential --help'";
            client(option).run().failed(2, line);
            client(option + "=").run().failed(2, line);
        }
    }

    @Test
    void names_withControlsOrTooLong_areRefused() throws Exception {
        for (var name : List.of("a\nb", "a\u007f", "a".repeat(256))) {
            client("--account", name).run().failed(2, "--account takes 1 to 255 printable ASCII characters");
            client("--cluster", name).run().failed(2, "--cluster takes 1 to 255 printable ASCII characters");
        }
        client("--account=\u00fc").run().failed(2, "--account takes 1 to 255 printable ASCII characters");
    }

    @Test
    void wait_thatIsNoDurationUpToAMinute_isRefused() throws Exception {
        for (var wait : List.of(
                "10", "61s", "2m", "1h", "-1s", "1.5s", "s", "PT", "PT5", "PT1S1S", "PT1S1M", "10S", "00010s")) {
            client("--wait", wait).run().failed(2, "--wait takes a duration from 0s to 60s, such as 10s or PT10S");
        }
    }

    @Test
    void socket_namedButMissing_isNotSearchedElsewhere() throws Exception {
        var missing = directory + "/missing.sock";
        try (var daemon = FakeDaemon.answering(ownSocket(), ok(CREDENTIAL))) {
            client("--socket", missing).run().failed(3, "no daemon on " + missing + NO_DAEMON);
            client("--socket", missing)
                    .with("IAM_BROKER_SOCKET", ownSocket().toString())
                    .run()
                    .failed(3, "no daemon on " + missing + NO_DAEMON);
            client().with("IAM_BROKER_SOCKET", missing)
                    .with("XDG_RUNTIME_DIR", directory.toString())
                    .run()
                    .failed(3, "no daemon on " + missing + NO_DAEMON);
            assertThat(daemon.request()).isNull();
        }
    }

    @Test
    void socket_ofTheUser_isFoundBeforeTheSystems() throws Exception {
        try (var _ = FakeDaemon.answering(ownSocket(), ok(CREDENTIAL))) {
            client().with("XDG_RUNTIME_DIR", directory.toString()).run().printed(CREDENTIAL);
            client().with("XDG_RUNTIME_DIR", directory.toString())
                    .with("IAM_BROKER_SOCKET", "")
                    .run()
                    .printed(CREDENTIAL);
        }
    }

    @Test
    void socket_ofADaemonThatDied_isNoDaemon() throws Exception {
        FakeDaemon.deaf(ownSocket(), 1).close();
        client().with("XDG_RUNTIME_DIR", directory.toString())
                .run()
                .failed(3, "no daemon on " + ownSocket() + NO_DAEMON);
    }

    @Test
    void socket_thatIsAFile_isNoDaemon() throws Exception {
        var file = Files.createFile(directory.resolve("file"));
        client("--socket=" + file).run().failed(3, "no daemon on " + file + NO_DAEMON);
    }

    @Test
    void socket_withATooLongPath_isAUsageError() throws Exception {
        client("--socket", "/" + "x".repeat(107))
                .run()
                .failed(2, "the socket's path is longer than the 107 bytes that a Unix socket allows");
    }

    private Path ownSocket() throws Exception {
        return Files.createDirectories(directory.resolve("iam-broker")).resolve("broker.sock");
    }
}

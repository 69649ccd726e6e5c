package dev.iambroker.server;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.server.cli.ConfigReport;
import dev.iambroker.server.cli.ConfigReport.FileClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client command learns of the loopback listener from the configuration. */
final class LoopbackClientsTest {
    @TempDir
    Path directory;

    private ConfigReport report(String clients, String listen) throws IOException {
        var secret = Files.writeString(directory.resolve("secret"), "canary-secret-1234");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        var file = Files.writeString(directory.resolve("broker.yaml"), """
                accounts:
                  prod: { passcode: {}, account-id: 0123456789abcdef0123456789abcdef }
                  dev: { passcode: {}, account-id: 1123456789abcdef0123456789abcdef }
                clients:
                %s
                listen:
                  unix: { path: %s/run/broker.sock }
                %s
                """.formatted(clients, directory, listen));
        var process = new DaemonProcess(System.out, System.err, Map.of("HOME", directory.toString(), "CI", "canary-2"));
        var report = requireNonNull(process.inspectConfig(file));
        assertThat(report.problems()).isEmpty();
        return report;
    }

    @Test
    void clients_thoseWithAFile_andWhatThePolicyGivesThemOverLoopback() throws IOException {
        var report = report("""
                  - { name: variable, match: { secret: { env: CI } }, allow: [ "access:*" ] }
                  - { name: both, match: { secret: { file: secret } }, allow: [ "*:*" ] }
                  - { name: one, match: { secret: { file: secret } }, allow: [ "access:dev", "kube:prod" ] }
                  - { name: ended, match: { secret: { file: secret } }, allow: [ "access:*" ], expires: 2020-01-01T00:00:00Z }
                  - { name: local, match: { uid: 7, secret: { file: secret } }, allow: [ "access:*" ] }
                """, "");

        var secret = directory.resolve("secret");
        assertThat(report.clients())
                .containsExactly(
                        new FileClient("both", secret, Set.of("prod", "dev")),
                        new FileClient("one", secret, Set.of("dev")),
                        new FileClient("ended", secret, Set.of()),
                        new FileClient("local", secret, Set.of()));
        assertThat(report.url()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:8180, http://127.0.0.1:8180",
        "localhost:8180, http://127.0.0.1:8180",
        "'[::1]:8180', 'http://[::1]:8180'",
        "127.0.0.1:0, "
    })
    void url_ofTheListenerWhereItsPortIsKnown(String address, @Nullable String url) throws IOException {
        var clients = "  - { name: ci, match: { secret: { file: secret } }, allow: [ \"access:prod\" ] }";

        assertThat(report(clients, "  http: { address: \"" + address + "\" }").url())
                .isEqualTo(url);
    }
}

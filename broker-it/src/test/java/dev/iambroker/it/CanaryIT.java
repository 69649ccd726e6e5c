package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the packaged processes show of secrets: arguments, environment, output, files. */
final class CanaryIT {
    private static final String WRONG_PASSWORD = "canary-wrong-password-5f1c9a";
    private static final String WRONG_KEY = "canary-wrong-api-key-77b02e";
    private static final String ARGUMENT = "canary-argument-91d3aa";
    private static final String PASSPHRASE = "canary-passphrase-3e81f0";
    private static final String WRONG_PASSPHRASE = "canary-wrong-passphrase-c4470d";
    private static final String CLIENT_SECRET = "canary-client-secret-0b6de4";

    @Test
    void processesAndFiles_atTrace_showNoSecret() throws Exception {
        List<String> shown = new ArrayList<>();
        try (var cloud = SampleCloud.start();
                var place = Workplace.create()) {
            String passcode = cloud.emulator().addPasscode(cloud.user());
            configure(cloud, place);
            try (var daemon = place.serve()) {
                shown.addAll(outputs(place, passcode));
                shown.addAll(outputsOfTheTrustBoundary(place));
                daemon.await("the passphrase to be looked at again", () -> isUnlocked(place, shown));
                assertThat(place.run("token", "by-key").exitCode()).isZero();
                shown.add(process(daemon.pid()));
                daemon.terminate();
                daemon.awaitExit();
                shown.add(daemon.log());
                shown.add(daemon.output());
            }
            for (String command : List.of("verify", "rotate", "verify")) {
                Ran store = place.program("store", command, "--config", place.configFile())
                        .run();
                assertThat(store.exitCode()).as(store.all()).isZero();
                shown.add(store.all());
            }
            shown.addAll(files(place.state()));
            shown.add(Files.readString(place.directory().resolve("child"), StandardCharsets.ISO_8859_1));
            Map<String, String> secrets = new TreeMap<>(Map.of(
                    "API key", EmulatedCloud.PROD_API_KEY,
                    "password", EmulatedCloud.PASSWORD,
                    "passcode", passcode,
                    "client secret", CLIENT_SECRET,
                    "wrong password", WRONG_PASSWORD,
                    "wrong API key", WRONG_KEY,
                    "argument", ARGUMENT,
                    "refresh token", "emulated-refresh-",
                    "any JWT", "eyJ"));
            secrets.put("passphrase", PASSPHRASE);
            secrets.put("wrong passphrase", WRONG_PASSPHRASE);
            assertThat(found(secrets, shown)).isEmpty();
            // The search itself finds what is there.
            assertThat(found(
                            secrets, List.of("password " + EmulatedCloud.PASSWORD, base64(passcode), "token eyJhbGci")))
                    .hasSize(3);
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The API key comes from a command, which keeps what another program could see of it. */
    private static void configure(EmulatedCloud cloud, Workplace place) throws IOException {
        Path key = place.secret("key", EmulatedCloud.PROD_API_KEY);
        Path script = place.secret("print-key", """
                #!/bin/sh
                cat /proc/$$/environ /proc/$$/cmdline /proc/$PPID/cmdline >> %s/child
                cat %s""".formatted(place.directory(), key));
        assertThat(script.toFile().setExecutable(true, true)).isTrue();
        place.configure(cloud.emulator(), """
                accounts:
                  by-key: { api-key: { command: [ %1$s/print-key ] }, account-id: %2$s }
                  by-password: { password: { username: %3$s, password: { file: %4$s } }, account-id: %2$s }
                  by-passcode: { passcode: {}, account-id: %5$s }
                clients:
                  - { name: script, match: { secret: { file: %6$s } }, allow: [ "access:by-key" ] }
                log: { level: trace }
                audit: { file: %1$s/state/audit.jsonl }
                """.formatted(
                        place.directory(),
                        EmulatedCloud.PROD_ACCOUNT,
                        EmulatedCloud.USER,
                        place.secret("password", EmulatedCloud.PASSWORD),
                        EmulatedCloud.DEV_ACCOUNT,
                        place.secret("client", CLIENT_SECRET)));
    }

    /** All that commands print, but for the tokens that were asked for; and what fails because of a secret. */
    private static List<String> outputs(Workplace place, String passcode) throws Exception {
        assertThat(place.run("token", "by-key").exitCode()).isZero();
        assertThat(place.run("token", "by-password", "--kind", "kube").exitCode())
                .isZero();
        List<Ran> ran = List.of(
                place.cli("login", "by-passcode", "--passcode", "-")
                        .stdin(passcode + "\n")
                        .run(),
                place.cli("login", "by-key", "--api-key", "-")
                        .stdin(WRONG_KEY + "\n")
                        .run(),
                place.cli("login", "by-password", "--username", EmulatedCloud.USER)
                        .stdin(WRONG_PASSWORD + "\n")
                        .run(),
                place.run("login", "by-key", "--api-key", ARGUMENT),
                place.run("status"),
                place.run("status", "--output", "json"),
                place.program("--config", place.configFile(), "check-config").run());
        assertThat(ran.getFirst().exitCode()).as(ran.getFirst().all()).isZero();
        return ran.stream().map(Ran::all).toList();
    }

    /** Ends locked, with a wrong passphrase given. */
    private static List<String> outputsOfTheTrustBoundary(Workplace place) throws Exception {
        String token = place.run("token", "by-key").out().strip();
        List<Ran> ran = List.of(
                place.run("share", "by-key", "--uses", "2"),
                place.run("share", "by-password", "--kind", "kube", "--output", "json"),
                place.run("unshare", "--all"),
                place.run("unshare", ARGUMENT),
                place.run("explain", "--client", "script", "by-key", "access"),
                place.run("explain", "--client", ARGUMENT, "by-key", "access"),
                place.run("explain", "--uid", ARGUMENT, "by-key", "access"),
                place.run("audit", "verify"),
                place.run("audit", "tail", "-n", "1000"),
                place.cli("audit", "who-has", "-").stdin(token + "\n").run(),
                place.run("audit", "who-has", ARGUMENT),
                place.run("lock", ARGUMENT),
                place.run("unlock", ARGUMENT),
                place.cli("lock", "-").stdin(PASSPHRASE + "\n").run(),
                place.cli("lock", "-").stdin(WRONG_PASSPHRASE + "\n").run(),
                place.run("token", "by-key"),
                place.cli("unlock", "-").stdin(WRONG_PASSPHRASE + "\n").run());
        assertThat(ran.stream().map(Ran::exitCode)).containsExactly(0, 0, 0, 7, 0, 2, 2, 0, 0, 0, 2, 2, 2, 0, 4, 4, 5);
        return ran.stream().map(Ran::all).toList();
    }

    private static boolean isUnlocked(Workplace place, List<String> shown) {
        try {
            Ran unlock = place.cli("unlock", "-").stdin(PASSPHRASE + "\n").run();
            shown.add(unlock.all());
            return unlock.exitCode() == 0;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static String process(long pid) throws IOException {
        Path process = Path.of("/proc", String.valueOf(pid));
        return Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1)
                + Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1);
    }

    private static List<String> files(Path tree) throws IOException {
        List<String> contents = new ArrayList<>();
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.add(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return contents;
    }

    private static List<String> found(Map<String, String> secrets, List<String> shown) {
        List<String> found = new ArrayList<>();
        secrets.forEach((name, secret) -> shown.stream()
                .filter(text -> text.contains(secret) || text.contains(base64(secret)))
                .forEach(text -> found.add(name + " in: " + text)));
        return found;
    }
}

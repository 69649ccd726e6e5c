package dev.iambroker.server;

import dev.iambroker.account.AccountName;
import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.EmulatedCluster;
import dev.iambroker.emulator.Emulator;
import dev.iambroker.server.config.BrokerConfig;
import dev.iambroker.server.config.ConfigLoader;
import dev.iambroker.server.config.ImpliedEndpoints;
import dev.iambroker.server.config.Loading;
import dev.iambroker.server.config.Places;
import dev.iambroker.server.config.Surroundings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Comparator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An emulated cloud and a broker on it, in a directory that goes when they do. */
final class Demo implements AutoCloseable {
    private static final int MOST_LOOKS = 250;
    private static final int MILLIS_BETWEEN_LOOKS = 20;

    private final Path directory;
    private final EmulatedCloud cloud;
    private final Daemon daemon;
    private final Path socket;

    private Demo(Path directory, EmulatedCloud cloud, Daemon daemon, Path socket) {
        this.directory = directory;
        this.cloud = cloud;
        this.daemon = daemon;
        this.socket = socket;
    }

    /** @param socket where to serve; null for a socket in the demo's own directory */
    static Demo start(@Nullable Path socket, Surroundings surroundings) throws IOException {
        Path directory = Files.createTempDirectory("iam-broker-demo-");
        EmulatedCloud cloud = EmulatedCloud.sample(Emulator.builder());
        try {
            Path listenAt = socket == null ? directory.resolve("run").resolve("broker.sock") : socket.toAbsolutePath();
            BrokerConfig config = configure(directory, listenAt, cloud, surroundings);
            Daemon daemon = Daemon.start(config, Machine.real(), Home.ofThisProcess(), listenAt);
            awaitToken(daemon);
            return new Demo(directory, cloud, daemon, listenAt);
        } catch (RuntimeException | Error | IOException e) {
            cloud.close();
            delete(directory);
            throw e;
        }
    }

    /** Whoever types the first command as soon as it is printed should see what the tour shows. */
    private static void awaitToken(Daemon daemon) {
        var prod = new AccountName("prod");
        try {
            for (int look = 0; look < MOST_LOOKS && !daemon.isReady(prod); look++) {
                Thread.sleep(MILLIS_BETWEEN_LOOKS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static BrokerConfig configure(Path directory, Path socket, EmulatedCloud cloud, Surroundings surroundings)
            throws IOException {
        Path key = secretFile(directory.resolve("prod-api-key"), EmulatedCloud.PROD_API_KEY);
        Path client = secretFile(directory.resolve("script-secret"), randomText());
        Path state = secretFile(directory.resolve("state.key"), randomText());
        Path file = directory.resolve("broker.yaml");
        Files.writeString(file, yaml(directory, socket, cloud, new Secrets(key, client, state)));
        Places places =
                Places.ofDaemon(surroundings.environment(), surroundings.self().uid(), directory, file, null);
        return switch (new ConfigLoader(surroundings, ImpliedEndpoints.UNKNOWN).load(places)) {
            case Loading.Loaded loaded -> loaded.config();
            case Loading.Refused refused ->
                throw new IllegalStateException("the demo's own configuration is wrong: " + refused.problems());
        };
    }

    /** The files that the configuration refers to. */
    private record Secrets(Path apiKey, Path client, Path stateKey) {}

    private static String randomText() {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        return Base64.getEncoder().encodeToString(random);
    }

    private static Path secretFile(Path file, String secret) throws IOException {
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Files.createFile(file, mode);
        return Files.writeString(file, secret + "\n", StandardOpenOption.WRITE);
    }

    private static String yaml(Path directory, Path socket, EmulatedCloud cloud, Secrets secrets) {
        Emulator emulator = cloud.emulator();
        return """
                cloud: ibm-cloud
                endpoints:
                  iam: %s
                  accounts: %s
                  containers: %s
                accounts:
                  prod:
                    api-key: { file: %s }
                    account-id: %s
                  dev:
                    passcode: {}
                    account-id: %s
                clients:
                  - name: script
                    match: { secret: { file: %s } }
                    allow: [ "access:prod" ]
                listen:
                  unix: { path: %s }
                  http: { address: "127.0.0.1:0" }
                state: { dir: %s, key: { file: %s } }
                """.formatted(
                        emulator.iamUrl(),
                        emulator.accountsUrl(),
                        emulator.containersUrl(),
                        secrets.apiKey(),
                        EmulatedCloud.PROD_ACCOUNT,
                        EmulatedCloud.DEV_ACCOUNT,
                        secrets.client(),
                        socket,
                        directory.resolve("state"),
                        secrets.stateKey());
    }

    /** Commands that work as they stand in a second shell. */
    String whatToTry() {
        Path program = Home.ofThisProcess().plugin().resolveSibling("iam-broker");
        EmulatedCluster cluster = cloud.prodClassic();
        Path kubeconfig = directory.resolve("kubeconfig");
        return """
                A broker on an emulated IBM Cloud. Nothing here is real; Ctrl-C ends it and removes %1$s.

                In a second shell:

                  export IAM_BROKER_SOCKET=%2$s
                  alias iam-broker=%3$s

                  iam-broker status
                  curl -s --unix-socket %2$s http://localhost/v1/accounts/prod/token
                  iam-broker kubeconfig prod %4$s > %5$s
                  KUBECONFIG=%5$s kubectl auth whoami

                  curl -s %6$s/identity/passcode | iam-broker login dev --passcode -
                  iam-broker token dev --header

                  curl -s -H "Authorization: Bearer $(cat %7$s)" http://127.0.0.1:%8$d/v1/accounts/prod/token
                """.formatted(
                        directory,
                        socket,
                        program,
                        cluster.name(),
                        kubeconfig,
                        cloud.emulator().iamUrl(),
                        directory.resolve("script-secret"),
                        daemon.httpPort());
    }

    @Override
    public void close() {
        daemon.close();
        cloud.close();
        delete(directory);
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

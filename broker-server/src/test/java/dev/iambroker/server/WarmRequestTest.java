package dev.iambroker.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.iambroker.server.config.ConfigLoader;
import dev.iambroker.server.config.ImpliedEndpoints;
import dev.iambroker.server.config.Loading;
import dev.iambroker.server.config.Places;
import dev.iambroker.server.config.Surroundings;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a token costs that is there, with policy, audit and metrics on: garbage is time, a little later. */
final class WarmRequestTest {
    private static final String TOKEN = "/v1/accounts/by-key/token";
    private static final String SECRET = "the-secret-of-ci";
    private static final int REQUESTS = 20_000;

    /** Bytes that a request may leave; Netty's transport leaves some hundred of them with each read and write. */
    private static final long MOST_BYTES = 400;

    private final SmallCloud cloud = SmallCloud.on(InstantSource.system());
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    private Path temp;

    private final ResourceLeakDetector.Level leaks = ResourceLeakDetector.getLevel();
    private Daemon daemon;

    @BeforeEach
    void start() throws IOException {
        // It notes for each buffer who touched it: that is most of the garbage of a test.
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        Path key = ManualDaemon.secretFile(temp.resolve("key"), SmallCloud.API_KEY);
        Path secret = ManualDaemon.secretFile(temp.resolve("secret"), SECRET);
        Path file = Files.writeString(temp.resolve("broker.yaml"), """
                endpoints: { iam: %1$s, accounts: %1$s, containers: %2$s }
                accounts:
                  by-key: { api-key: { file: %3$s }, account-id: %4$s }
                clients:
                  - name: ci
                    match: { secret: { file: %5$s } }
                    allow: [ "access:by-key" ]
                listen: { unix: { path: %6$s/run/broker.sock }, http: { address: "127.0.0.1:0" } }
                audit: { file: %6$s/audit.jsonl }
                state: { dir: %6$s/state }
                """.formatted(
                        cloud.emulator().iamUrl(),
                        cloud.emulator().containersUrl(),
                        key,
                        SmallCloud.KEY_ACCOUNT,
                        secret,
                        temp));
        Surroundings here = Surroundings.ofThisProcess(Map.of("PATH", "/usr/bin:/bin"));
        Places places = Places.ofDaemon(Map.of(), here.self().uid(), temp, file, null);
        Loading.Loaded loaded = (Loading.Loaded) new ConfigLoader(here, ImpliedEndpoints.UNKNOWN).load(places);
        daemon = Daemon.start(loaded.config(), Machine.real(), new Home(Path.of("/opt/iam-broker-credential")), null);
    }

    @AfterEach
    void end() {
        daemon.close();
        cloud.close();
        ResourceLeakDetector.setLevel(leaks);
    }

    @Test
    void unixSocket_keptConnection_leavesLittleGarbage() throws Exception {
        try (var caller = UnixCaller.at(temp.resolve("run").resolve("broker.sock"))) {
            assertThat(garbageOfOne(() -> caller.get(TOKEN))).isLessThan(MOST_BYTES);
        }
    }

    @Test
    void loopback_keptConnectionWithASecret_leavesLittleGarbage() throws Exception {
        try (var caller = UnixCaller.atPort(daemon.httpPort())) {
            assertThat(garbageOfOne(() -> caller.call("GET", TOKEN, null, "Authorization: Bearer " + SECRET)))
                    .isLessThan(MOST_BYTES);
        }
    }

    /** One request over a connection. */
    @FunctionalInterface
    private interface Request {
        UnixCaller.Answer ask() throws IOException;
    }

    /** Bytes that the daemon's event loops allocate for one, once the compiler has seen some. */
    private long garbageOfOne(Request request) throws IOException {
        repeat(request);
        long before = allocated();
        repeat(request);
        return (allocated() - before) / REQUESTS;
    }

    private static void repeat(Request request) throws IOException {
        for (int i = 0; i < REQUESTS; i++) {
            assertThat(request.ask().status()).isEqualTo(200);
        }
    }

    private long allocated() {
        long sum = 0;
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("iam-broker-io")) {
                sum += threads.getThreadAllocatedBytes(thread.threadId());
            }
        }
        return sum;
    }
}

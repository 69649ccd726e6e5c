package dev.iambroker.it.bench;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.http.LoopbackPort;
import dev.iambroker.it.harness.Answer;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.UnixHttp;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The place of a daemon of the tarball, as it is measured: with an audit log, and with rules for its clients. Its accounts are
 * {@code a0}, {@code a1} and so on. Whoever has it closes it; daemons that it started are closed before.
 */
final class Broker implements AutoCloseable {
    static final String SECRET = "a-secret-of-a-measuring-client";

    private static final int PATIENCE_ROUNDS = 60;
    private static final Duration ROUND = Duration.ofSeconds(1);

    private final Site site;
    private final EmulatedCloud cloud;
    private final Workplace place;
    private final int port;

    private Broker(Site site, EmulatedCloud cloud, Workplace place, int port) {
        this.site = site;
        this.cloud = cloud;
        this.place = place;
        this.port = port;
    }

    static Broker of(Site site, int accounts) throws IOException {
        EmulatedCloud cloud = SampleCloud.start();
        return of(site, cloud, accounts(accounts, ", account-id: " + EmulatedCloud.PROD_ACCOUNT));
    }

    /** @param accounts the lines of the configuration below {@code accounts} */
    static Broker of(Site site, EmulatedCloud cloud, String accounts) throws IOException {
        Broker broker = new Broker(site, cloud, Workplace.create(), LoopbackPort.free());
        broker.configure(accounts);
        return broker;
    }

    static String accounts(int count, String more) {
        return IntStream.range(0, count)
                .mapToObj(i -> "  a%d: { api-key: { file: key }%s }\n".formatted(i, more))
                .collect(Collectors.joining());
    }

    private void configure(String accounts) throws IOException {
        Site.openToAll(place.directory());
        place.secret("key", EmulatedCloud.PROD_API_KEY);
        place.secret("client", SECRET);
        String shared = Site.isRoot() ? ", mode: \"0660\", group: " + Site.CLIENT : "";
        Files.writeString(
                place.configFile(),
                Workplace.endpoints(cloud.emulator())
                        + """
                state: { dir: %s }
                audit: { file: %s }
                accounts:
                %s
                clients:
                  - { name: http, match: { secret: { file: client } }, allow: [ "access:a0" ] }
                  - { name: local, match: { gid: %d }, allow: [ "access:*", "kube:*" ] }
                listen:
                  unix: { path: %s%s }
                  http: { address: "127.0.0.1:%d" }
                """.formatted(
                                        place.state(),
                                        place.directory().resolve("audit.jsonl"),
                                        accounts,
                                        Site.CLIENT,
                                        place.socket(),
                                        shared,
                                        port));
    }

    Workplace place() {
        return place;
    }

    EmulatedCloud cloud() {
        return cloud;
    }

    Path socket() {
        return place.socket();
    }

    int port() {
        return port;
    }

    UnixHttp http() {
        return place.http();
    }

    static String tokenRoute(int account) {
        return "/v1/accounts/a" + account + "/token";
    }

    Program serve() {
        return serve(site.launcher());
    }

    Program serve(Path launcher) {
        return Program.of(launcher, "serve", "--config", place.configFile())
                .env("HOME", place.directory())
                .in(place.directory());
    }

    /** Starts the daemon and waits until the first {@code accounts} have a token. */
    Daemon started(int accounts) throws IOException, InterruptedException {
        Daemon daemon = place.serve(serve());
        try {
            awaitTokens(accounts, Duration.ZERO);
            return daemon;
        } catch (IOException | RuntimeException e) {
            daemon.kill();
            throw new IllegalStateException(
                    "no token of each account; the daemon's words:\n" + daemon.output() + daemon.log(), e);
        }
    }

    /** Waits until the first {@code accounts} have a token that lives so long yet. */
    void awaitTokens(int accounts, Duration left) throws IOException, InterruptedException {
        for (int i = 0; i < accounts; i++) {
            awaitToken(i, tokenRoute(i) + "?wait=60&min_ttl=" + left.toSeconds());
        }
    }

    private void awaitToken(int account, String target) throws IOException, InterruptedException {
        Answer answer = http().get(target);
        for (int more = PATIENCE_ROUNDS; more > 0 && answer.status() != 200; more--) {
            Thread.sleep(ROUND);
            answer = http().get(target);
        }
        if (answer.status() != 200) {
            throw new IllegalStateException("no token of a" + account + ": " + answer.status() + " " + answer.body());
        }
    }

    /** Closed after the daemons. */
    @Override
    public void close() throws IOException {
        cloud.close();
        place.close();
    }

    /** So many bytes the audit log has. */
    long audited() throws IOException {
        try (Stream<Path> files = Files.list(place.directory())) {
            return files.filter(file -> file.getFileName().toString().startsWith("audit"))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }
}

package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.record.RecordedRequest;
import dev.iambroker.emulator.tls.ServerName;
import dev.iambroker.it.harness.Answer;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.HeapDump;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * What a dump of the live heap shows of a daemon that was given every kind of secret, while no request of its own is under
 * way: nothing. The attach mechanism is switched on for it, which a daemon in use has off.
 */
final class HeapDumpIT {
    private static final String CLIENT_SECRET = "canary-client-secret-5ab3de71";
    private static final String STATE_KEY = "Y2FuYXJ5LXN0YXRlLWtleS0wMTIzNDU2Nzg5YWJjZGU=";
    private static final String PASSPHRASE = "canary passphrase of a person 71";
    private static final String TYPED_KEY = "canary-typed-api-key-90d1f2";
    private static final String MISPLACED = "canary-in-the-name-of-a-member-44";

    private static final String ANY_REFRESH_TOKEN = "emulated-refresh-";

    private final List<String> tokens = new ArrayList<>();

    @Test
    void liveHeap_noFlightRunning_holdsNoSecret() throws Exception {
        try (var cloud = SampleCloud.start();
                var place = Workplace.create()) {
            String passcode = cloud.emulator().addPasscode(cloud.user());
            String tls = cloud.emulator().listenTls(true, ServerName.LOOPBACK);
            configure(cloud, tls, place);
            try (Daemon daemon = place.serve(place.program("serve", "--config", place.configFile())
                    .env("IAM_BROKER_JAVA_OPTS", "-XX:-DisableAttachMechanism"))) {
                useEverything(place, passcode);
                try (SocketChannel kept = keptAlive(place)) {
                    awaitQuiet(daemon, cloud.emulator().port());
                    awaitQuiet(daemon, URI.create(tls).getPort());
                    HeapDump heap = HeapDump.of(daemon, place);

                    assertThat(kept.isConnected()).isTrue();
                    // The search finds what is there: a user's name is no secret.
                    assertThat(heap.holds(EmulatedCloud.USER)).isTrue();
                    assertThat(heap.found(secrets(cloud, passcode)))
                            .as("%s", heap.around(headerOf(tokens.getFirst()), 300))
                            .isEmpty();
                    assertThat(heap.holds(Base64.getDecoder().decode(STATE_KEY)))
                            .isFalse();
                }
                assertThat(place.http().get("/v1/accounts/by-key/token").status())
                        .isEqualTo(200);
            }
        }
    }

    private static String headerOf(String token) {
        return token.substring(0, token.indexOf('.'));
    }

    private Map<String, String> secrets(EmulatedCloud cloud, String passcode) {
        Map<String, String> secrets = new TreeMap<>(Map.of(
                "API key", EmulatedCloud.PROD_API_KEY,
                "typed API key", TYPED_KEY,
                "password", EmulatedCloud.PASSWORD,
                "compute resource token", EmulatedCloud.COMPUTE_RESOURCE_TOKEN,
                "passcode", passcode,
                "client secret", CLIENT_SECRET,
                "state key", STATE_KEY,
                "passphrase", PASSPHRASE,
                "misplaced", MISPLACED));
        // One key signs them all, so they begin alike.
        secrets.put("any token", headerOf(tokens.getFirst()));
        tokens.forEach(token -> secrets.put("token " + secrets.size(), token.substring(token.lastIndexOf('.') + 1)));
        secrets.put("any refresh token", ANY_REFRESH_TOKEN);
        int count = 0;
        for (RecordedRequest request : cloud.emulator().requests()) {
            String presented = request.form().get("refresh_token");
            if (presented != null) {
                secrets.put("refresh token " + count++, presented.substring(presented.lastIndexOf('-') + 1));
            }
        }
        assertThat(count).isPositive();
        return secrets;
    }

    private static void configure(EmulatedCloud cloud, String tls, Workplace place) throws IOException {
        Path authority = Files.writeString(
                place.directory().resolve("ca.pem"), cloud.emulator().caPem());
        place.configure(cloud.emulator(), """
                accounts:
                  by-key: { api-key: { file: %1$s }, account-id: %2$s }
                  by-password: { password: { username: %3$s, password: { file: %4$s } }, account-id: %2$s, uaa: true }
                  by-passcode: { passcode: {}, account-id: %2$s }
                  imported: { refresh-token: { file: %5$s }, account-id: %2$s }
                  vm: { trusted-profile: { profile-name: %6$s, cr-token-file: %7$s }, account-id: %2$s }
                  by-tls:
                    api-key: { file: %1$s }
                    account-id: %2$s
                    endpoints: { iam: "%10$s", accounts: "%10$s", ca-file: %11$s }
                clients:
                  - { name: script, match: { secret: { file: %8$s } }, allow: [ "access:by-key" ] }
                audit: { file: %9$s/audit.jsonl }
                log: { level: debug }
                """.formatted(
                        place.secret("key", EmulatedCloud.PROD_API_KEY),
                        EmulatedCloud.PROD_ACCOUNT,
                        EmulatedCloud.USER,
                        place.secret("password", EmulatedCloud.PASSWORD),
                        place.secret("imported", cloud.emulator().issueRefreshToken(cloud.user(), cloud.prod())),
                        EmulatedCloud.PROFILE_NAME,
                        place.secret("cr-token", EmulatedCloud.COMPUTE_RESOURCE_TOKEN),
                        place.secret("client", CLIENT_SECRET),
                        place.directory(),
                        tls,
                        authority));
        String yaml = Files.readString(place.configFile());
        Files.writeString(
                place.configFile(),
                yaml.replace(
                        "state: { dir: " + place.state() + " }",
                        "state: { dir: %s, key: [ { file: %s }, { passphrase: { file: %s } } ] }"
                                .formatted(
                                        place.state(),
                                        place.secret("state-key", STATE_KEY),
                                        place.secret("passphrase", PASSPHRASE))));
    }

    private void useEverything(Workplace place, String passcode) throws IOException {
        login(place, "by-passcode", "{\"passcode\":\"" + passcode + "\"}", 200);
        login(
                place,
                "by-password",
                "{\"username\":\"" + EmulatedCloud.USER + "\",\"password\":\"" + EmulatedCloud.PASSWORD + "\"}",
                200);
        login(place, "by-key", "{\"api_key\":\"" + TYPED_KEY + "\"}", 422);
        login(place, "by-key", "{\"" + MISPLACED + "\":\"1\"}", 400);
        for (String account : List.of("by-key", "by-password", "by-passcode", "imported", "vm", "by-tls")) {
            String base = "/v1/accounts/" + account;
            assertThat(place.http().post(base + "/refresh", "").status()).isEqualTo(200);
            for (int again = 0; again < 3; again++) {
                tokens.add(place.http().get(base + "/token").text("access_token"));
                tokens.add(place.http().get(base + "/token?kind=kube").text("access_token"));
            }
            assertThat(place.http()
                            .get(base + "/kube-credential?cluster=prod-vpc")
                            .status())
                    .isEqualTo(200);
            assertThat(place.http().get(base + "/clusters").status()).isEqualTo(200);
            assertThat(place.http().get(base + "/ibm-accounts").status()).isEqualTo(200);
        }
        tokens.add(place.http().get("/v1/accounts/by-password/token?kind=uaa").text("access_token"));
    }

    private static void login(Workplace place, String account, String body, int expected) throws IOException {
        Answer answer = place.http().post("/v1/accounts/" + account + "/login", body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(expected);
    }

    /** A connection that stays open after a login and a token, both proven by a client secret. */
    private static SocketChannel keptAlive(Workplace place) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(place.socket()));
        String body = "{\"api_key\":\"" + TYPED_KEY + "\"}";
        for (String request : List.of(
                "POST /v1/accounts/by-key/login HTTP/1.1\r\nContent-Length: " + body.length(),
                "GET /v1/accounts/by-key/token HTTP/1.1\r\nContent-Length: 0")) {
            String head = request + "\r\nHost: x\r\nAuthorization: Bearer " + CLIENT_SECRET + "\r\n\r\n";
            String whole = request.startsWith("POST") ? head + body : head;
            channel.write(ByteBuffer.wrap(whole.getBytes(StandardCharsets.US_ASCII)));
            assertThat(channel.read(ByteBuffer.allocate(16_384))).isPositive();
        }
        return channel;
    }

    /** Until the HTTP client has closed its idle connections: they keep what was last read from them. */
    private static void awaitQuiet(Daemon daemon, int port) throws Exception {
        daemon.await("its connections to IAM to be closed", () -> !isConnected(daemon, port));
    }

    /** An established connection whose other end has that port, field 3 of proc_pid_net_tcp(5). */
    private static boolean isConnected(Daemon daemon, int port) {
        String established = ":%04X 01 ".formatted(port);
        try {
            Path net = Path.of("/proc", String.valueOf(daemon.pid()), "net");
            return Files.readString(net.resolve("tcp")).contains(established)
                    || Files.readString(net.resolve("tcp6")).contains(established);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.iambroker.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.server.UnixCaller.Answer;
import dev.iambroker.server.config.ConfigLoader;
import dev.iambroker.server.config.ImpliedEndpoints;
import dev.iambroker.server.config.Loading;
import dev.iambroker.server.config.LogSettings;
import dev.iambroker.server.config.Places;
import dev.iambroker.server.config.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another file under a daemon that runs. */
final class ReloadTest {
    private static final String BY_KEY = "/v1/accounts/by-key/token";
    private static final String BY_PASSWORD = "/v1/accounts/by-password/token";
    private static final String SECRET = "the-secret-of-ci";
    private static final String OTHER_SECRET = "the-next-secret-of-ci";
    private static final String CI = """
            clients:
              - name: ci
                match: { secret: { file: %s } }
                allow: [ "access:by-key" ]
            """;

    private final CollectedLog log = new CollectedLog();
    private final SmallCloud cloud = SmallCloud.on(InstantSource.system());
    private final List<LogSettings> logged = new ArrayList<>();

    @TempDir
    private Path temp;

    private String byKey;
    private String byPassword;
    private Path clientSecret;
    private Daemon daemon;
    private Reloads reloads;

    @BeforeEach
    void start() throws IOException {
        Path key = ManualDaemon.secretFile(temp.resolve("key"), SmallCloud.API_KEY);
        Path password = ManualDaemon.secretFile(temp.resolve("password"), SmallCloud.PASSWORD);
        clientSecret = ManualDaemon.secretFile(temp.resolve("ci"), SECRET);
        byKey = "  by-key: { api-key: { file: %s }, account-id: %s }\n".formatted(key, SmallCloud.KEY_ACCOUNT);
        byPassword = "  by-password: { password: { username: %s, password: { file: %s } }, account-id: %s }\n"
                .formatted(SmallCloud.USER, password, SmallCloud.PASSWORD_ACCOUNT);
        write(byKey + byPassword, CI.formatted(clientSecret));
        Loading.Loaded loaded = (Loading.Loaded) read();
        daemon = Daemon.start(loaded.config(), Machine.real(), new Home(Path.of("/opt/iam-broker-credential")), null);
        reloads = new Reloads(this::read, loaded, logged::add);
    }

    @AfterEach
    void end() {
        daemon.close();
        cloud.close();
        assertThat(log.lines()).noneMatch(line -> line.contains(SECRET) || line.contains(OTHER_SECRET));
        assertThat(log.lines())
                .noneMatch(line -> line.contains(SmallCloud.API_KEY) || line.contains(SmallCloud.PASSWORD));
        log.close();
    }

    private void write(String accounts, String more) throws IOException {
        Files.writeString(temp.resolve("broker.yaml"), """
                endpoints: { iam: %1$s, accounts: %1$s, containers: %2$s }
                accounts:
                %3$s
                %4$s
                listen: { unix: { path: %5$s/run/broker.sock }, http: { address: "127.0.0.1:0" } }
                state: { dir: %5$s/state }
                """.formatted(
                        cloud.emulator().iamUrl(), cloud.emulator().containersUrl(), accounts, more, temp));
    }

    private Loading read() {
        Surroundings here = Surroundings.ofThisProcess(Map.of("PATH", "/usr/bin:/bin"));
        Path file = temp.resolve("broker.yaml");
        Places places = Places.ofDaemon(Map.of(), here.self().uid(), temp, file, null);
        return new ConfigLoader(here, ImpliedEndpoints.UNKNOWN).load(places);
    }

    private void reload() {
        reloads.reload(daemon::reload);
    }

    private Answer get(String target) throws IOException {
        try (var caller = UnixCaller.at(temp.resolve("run").resolve("broker.sock"))) {
            return caller.get(target);
        }
    }

    private Answer getAs(String secret, String target) throws IOException {
        try (var caller = UnixCaller.atPort(daemon.httpPort())) {
            return caller.call("GET", target, null, "Authorization: Bearer " + secret);
        }
    }

    private void assertLogged(String... texts) {
        for (String text : texts) {
            assertThat(log.lines()).as(text).anyMatch(line -> line.contains(text));
        }
    }

    /** A connection that asks for the same again and again is answered by what was found out before. */
    @Test
    void reload_rightTakenAway_alsoOnAConnectionThatRepeatsItself() throws Exception {
        try (var caller = UnixCaller.atPort(daemon.httpPort())) {
            assertRepeats(caller, SECRET);
            write(byKey + byPassword, CI.formatted(clientSecret).replace("access:by-key", "access:by-password"));
            reload();
            assertThat(callAs(caller, SECRET).status()).isEqualTo(403);
            write(byKey + byPassword, CI.formatted(clientSecret));
            reload();
            assertRepeats(caller, SECRET);
        }
    }

    @Test
    void reload_clientSecretRotated_theOldOneOpensNothingAlsoWhereItIsRepeated() throws Exception {
        try (var caller = UnixCaller.atPort(daemon.httpPort())) {
            assertRepeats(caller, SECRET);
            ManualDaemon.secretFile(clientSecret, OTHER_SECRET);
            reload();
            assertThat(callAs(caller, SECRET).status()).isEqualTo(401);
            assertRepeats(caller, OTHER_SECRET);
        }
    }

    @Test
    void reload_accountRemovedAndPutBack_isToldOnAConnectionThatRepeatsItself() throws Exception {
        try (var caller = UnixCaller.at(temp.resolve("run").resolve("broker.sock"))) {
            for (int i = 0; i < 5; i++) {
                assertThat(caller.get(BY_KEY).status()).isEqualTo(200);
            }
            write(byPassword, "");
            reload();
            assertThat(caller.get(BY_KEY).status()).isEqualTo(404);
            write(byKey + byPassword, "");
            reload();
            for (int i = 0; i < 5; i++) {
                assertThat(caller.get(BY_KEY).status()).isEqualTo(200);
            }
        }
    }

    private static void assertRepeats(UnixCaller caller, String secret) throws IOException {
        for (int i = 0; i < 5; i++) {
            assertThat(callAs(caller, secret).status()).isEqualTo(200);
        }
    }

    private static Answer callAs(UnixCaller caller, String secret) throws IOException {
        return caller.call("GET", BY_KEY, null, "Authorization: Bearer " + secret);
    }

    @Test
    void reload_unchangedAccount_keepsItsToken() throws Exception {
        String token = get(BY_KEY).text("access_token");
        get(BY_PASSWORD);
        long asked = cloud.emulator().requests().size();
        write(byKey, CI.formatted(clientSecret));
        reload();
        assertThat(get(BY_KEY).text("access_token")).isEqualTo(token);
        assertThat(cloud.emulator().requests()).hasSize((int) asked);
        assertThat(get(BY_PASSWORD).status()).isEqualTo(404);
        assertThat(getAs(SECRET, BY_PASSWORD).status()).isEqualTo(403);
        assertThat(get("/metrics").body()).doesNotContain("by-password");
        assertLogged("account \"by-password\" removed", "1 change");
    }

    @Test
    void reload_addedAccount_serves() throws Exception {
        write(byKey, "");
        reload();
        assertThat(get(BY_PASSWORD).status()).isEqualTo(404);
        write(byKey + byPassword, "");
        reload();
        assertThat(get(BY_PASSWORD).status()).isEqualTo(200);
        assertThat(get("/metrics").body()).contains("iam_broker_account_state{account=\"by-password\"");
        assertLogged("account \"by-password\" added");
    }

    @Test
    void reload_changedAccount_isAskedForAnew() throws Exception {
        String before = get(BY_KEY).text("access_token");
        write(byKey.replace(SmallCloud.KEY_ACCOUNT + " }", SmallCloud.KEY_ACCOUNT + ", uaa: true }"), "");
        reload();
        Answer after = get(BY_KEY);
        assertThat(after.status()).as("%s", after).isEqualTo(200);
        assertThat(after.text("access_token")).isNotEqualTo(before);
        assertLogged("account \"by-key\" changed: uaa");
    }

    @Test
    void reload_changedRights_applyAtOnce() throws Exception {
        assertThat(getAs(SECRET, BY_KEY).status()).isEqualTo(200);
        assertThat(getAs(SECRET, BY_PASSWORD).status()).isEqualTo(403);
        write(byKey + byPassword, CI.formatted(clientSecret).replace("access:by-key", "access:by-password"));
        reload();
        assertThat(getAs(SECRET, BY_KEY).status()).isEqualTo(403);
        assertThat(getAs(SECRET, BY_PASSWORD).status()).isEqualTo(200);
    }

    @Test
    void reload_openConnection_isServedOn() throws Exception {
        try (var caller = UnixCaller.at(temp.resolve("run").resolve("broker.sock"))) {
            assertThat(caller.get(BY_KEY).status()).isEqualTo(200);
            write(byKey, "");
            reload();
            assertThat(caller.get(BY_KEY).status()).isEqualTo(200);
            assertThat(caller.get(BY_PASSWORD).status()).isEqualTo(404);
        }
    }

    @Test
    void reload_clientSecretBehindTheSameReference_takesEffect() throws Exception {
        ManualDaemon.secretFile(clientSecret, OTHER_SECRET);
        assertThat(getAs(OTHER_SECRET, BY_KEY).status()).isEqualTo(401);
        reload();
        assertThat(getAs(OTHER_SECRET, BY_KEY).status()).isEqualTo(200);
        assertThat(getAs(SECRET, BY_KEY).status()).isEqualTo(401);
        assertLogged("client \"ci\" has another secret", "1 change");
    }

    @Test
    void reload_brokenFile_tellsAllProblemsAndChangesNothing() throws Exception {
        String token = get(BY_KEY).text("access_token");
        write(byPassword, "refresh: { jiter: 0.1 }\nclients: 7\n");
        reload();
        assertThat(get(BY_KEY).text("access_token")).isEqualTo(token);
        assertThat(getAs(SECRET, BY_KEY).status()).isEqualTo(200);
        assertLogged(
                "broker.yaml:5:12: refresh.jiter: unknown key",
                "broker.yaml:6:10: clients:",
                "the configuration has 2 problems: the configuration in use stays");
    }

    @Test
    void reload_secretThatCannotBeHad_changesNothing() throws Exception {
        write(byPassword, CI.replace("{ file: %s }", "{ command: [\"false\"] }"));
        reload();
        assertThat(get(BY_KEY).status()).isEqualTo(200);
        assertThat(getAs(SECRET, BY_KEY).status()).isEqualTo(200);
        assertLogged("the configuration in use stays");
    }

    @Test
    void reload_unusableCertificates_changesNothing() throws Exception {
        Path pem = Files.writeString(temp.resolve("extra.pem"), "no certificate\n");
        write(byPassword.replace("account-id", "endpoints: { ca-file: " + pem + " }, account-id"), "");
        reload();
        assertThat(get(BY_KEY).status()).isEqualTo(200);
        assertThat(getAs(SECRET, BY_KEY).status()).isEqualTo(200);
        assertLogged("the configuration in use stays");
    }

    @Test
    void reload_whatNeedsAnotherProcess_isRefusedWhole() throws Exception {
        write(byKey, "audit: { file: " + temp.resolve("audit.jsonl") + " }\n");
        String moved = Files.readString(temp.resolve("broker.yaml"))
                .replace("/state }", "/elsewhere }")
                .replace("http: {", "metrics: { address: \"127.0.0.1:0\" }, http: {");
        Files.writeString(temp.resolve("broker.yaml"), moved);
        reload();
        assertThat(get(BY_PASSWORD).status()).isEqualTo(200);
        assertThat(log.lines())
                .as("refusals")
                .filteredOn(line -> line.contains(".Reloads: "))
                .singleElement()
                .asString()
                .contains("listen.metrics", "state.dir", "audit.file", "restart it", "the configuration in use stays");
    }

    /** Rights go at once; the rest by itself, once the broker is unlocked. */
    @Test
    void reload_whileLocked_restrictsAtOnceSaysSoAndIsTakenOverAfterTheUnlock() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        daemon.reloadBy(asked::countDown);
        post("/v1/lock");
        write(byKey, "clients: []");
        reload();
        assertThat(log.lines())
                .filteredOn(line -> line.contains("the broker is locked: rights that are no more are gone now"))
                .singleElement()
                .asString()
                .startsWith("WARN")
                .contains("the rest of the configuration is taken over when it is unlocked")
                .doesNotContain("stays");
        assertThat(getAs(SECRET, "/v1/accounts/by-key").status()).isEqualTo(401);
        assertThat(get("/v1/accounts/by-password").status()).isEqualTo(200);
        assertThat(asked.getCount()).isEqualTo(1);

        post("/v1/unlock");

        assertThat(asked.getCount()).isZero();
        reload();
        assertLogged("reloaded ");
        assertThat(get("/v1/accounts/by-password").status()).isEqualTo(404);
        assertThat(get("/v1/accounts/by-key/token").status()).isEqualTo(200);
    }

    private void post(String target) throws IOException {
        try (var caller = UnixCaller.at(temp.resolve("run").resolve("broker.sock"))) {
            Answer answer = caller.post(target, "{\"passphrase\":\"correct horse battery\"}");
            assertThat(answer.status()).isBetween(200, 204);
        }
    }

    @Test
    void reload_sameFile_saysSo() {
        reload();
        assertLogged("broker.yaml: nothing changed");
        assertThat(logged).isEmpty();
    }

    @Test
    void reload_changedLog_isApplied() throws Exception {
        write(byKey + byPassword, CI.formatted(clientSecret) + "log: { level: debug }\n");
        reload();
        assertThat(logged).containsExactly(new LogSettings(LogSettings.Level.DEBUG, LogSettings.Format.TEXT));
        assertLogged("log.level: info -> debug");
    }

    @Test
    void reload_changedMargin_showsInKubeCredentials() throws Exception {
        String before = kubeExpiry();
        write(byKey, "kube: { expiry-margin: 5m }\n");
        reload();
        assertThat(kubeExpiry()).isLessThan(before);
    }

    private String kubeExpiry() throws IOException {
        Answer answer = get("/v1/accounts/by-key/kube-credential");
        return answer.json().path("status").path("expirationTimestamp").asString();
    }
}

package dev.iambroker.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.iambroker.emulator.ClusterSpec;
import dev.iambroker.emulator.Emulator;
import dev.iambroker.emulator.cloud.Provider;
import dev.iambroker.emulator.directory.Account;
import dev.iambroker.emulator.directory.Identity;
import dev.iambroker.emulator.fault.Fault;
import dev.iambroker.emulator.fault.Misbehaviour;
import dev.iambroker.emulator.record.RecordedRequest;
import dev.iambroker.emulator.settings.Rotation;
import dev.iambroker.secret.Secret;
import dev.iambroker.server.UnixCaller.Answer;
import dev.iambroker.server.cli.OutputFormat;
import dev.iambroker.server.config.BrokerConfig;
import dev.iambroker.server.config.ConfigLoader;
import dev.iambroker.server.config.ImpliedEndpoints;
import dev.iambroker.server.config.Loading;
import dev.iambroker.server.config.Places;
import dev.iambroker.server.config.Surroundings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Secrets that can be told from everything else go in wherever one can, through what works, fails and lies; then every
 * place where a secret must not be is searched for them.
 */
final class CanaryTest {
    private static final String ID = "b0000000000000000000000000000001";
    private static final String USER = "ops@emulated.example";
    private static final String SERVER = "canary-cluster";
    private static final String ROKS = "canary0roks";

    /** They take the whole deadline of an exchange each, and answer nothing that others do not. */
    private static final Set<Misbehaviour> SLOW = EnumSet.of(
            Misbehaviour.HANG_AFTER_ACCEPT, Misbehaviour.STALL_BODY, Misbehaviour.SLOW_HEADERS, Misbehaviour.SLOW_BODY);

    private final Canaries canaries = new Canaries();
    private final String apiKey = canaries.plant("api-key");
    private final String envKey = canaries.plant("env-api-key");
    private final String coldKey = canaries.plant("cold-api-key");
    private final String echoedKey = canaries.plant("echoed-api-key");
    private final String wrongKey = canaries.plant("wrong-api-key");
    private final String strangersKey = canaries.plant("strangers-api-key");
    private final String password = canaries.plant("password");
    private final String crToken = canaries.plant("cr-token");
    private final String clientSecret = canaries.plant("client-secret");
    private final String stateKey = canaries.plant("state-key");
    private final String passphrase = canaries.plant("passphrase");
    private final String lockPassphrase = canaries.plant("lock-passphrase");
    private final String wrongPassphrase = canaries.plant("wrong-passphrase");
    private final String typed = canaries.plant("typed");

    private final CollectedLog log = new CollectedLog();
    private final Emulator emulator = Emulator.builder().start();
    private final List<Answer> withToken = new ArrayList<>();
    private final List<Answer> without = new ArrayList<>();
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final Set<Integer> statuses = new TreeSet<>();

    @TempDir
    private Path temp;

    private EchoingIam echo;
    private Identity user;
    private BrokerConfig config;
    private Daemon daemon;

    @BeforeEach
    void start() throws IOException {
        echo = new EchoingIam();
        Account account = emulator.addAccount(ID, "Canary");
        user = emulator.addUser(USER, password, account);
        emulator.addApiKey(apiKey, user, account);
        emulator.addApiKey(envKey, user, account);
        emulator.addApiKey(strangersKey, emulator.addServiceId("stranger", account), account);
        emulator.addTrustedProfile("ci", account, crToken);
        emulator.addCluster(ClusterSpec.kubernetes("canary0cluster", SERVER, ID, Provider.VPC_GEN2));
        emulator.addCluster(ClusterSpec.openShift(ROKS, "openshift", ID, Provider.VPC_GEN2));
        emulator.settings().rotation(Rotation.OVERLAPPING);
        config = config();
        daemon = Daemon.start(config, Machine.real(), new Home(Path.of("/opt/iam-broker-credential")), null);
    }

    @AfterEach
    void end() {
        emulator.close();
        daemon.close();
        echo.close();
        log.close();
    }

    private BrokerConfig config() throws IOException {
        Path file = Files.writeString(temp.resolve("broker.yaml"), yaml());
        Surroundings here = Surroundings.ofThisProcess(Map.of("PATH", "/usr/bin:/bin", "CANARY_KEY", envKey));
        Places places = Places.ofDaemon(Map.of(), here.self().uid(), temp, file, null);
        return switch (new ConfigLoader(here, ImpliedEndpoints.UNKNOWN).load(places)) {
            case Loading.Loaded loaded -> loaded.config();
            case Loading.Refused refused -> throw new AssertionError(refused.problems());
        };
    }

    private String yaml() throws IOException {
        String refreshToken = emulator.issueRefreshToken(user, null);
        canaries.add("imported refresh token", refreshToken.substring(refreshToken.lastIndexOf('-') + 1));
        secret("imported", refreshToken);
        return """
                endpoints: { iam: "%1$s", accounts: "%1$s", containers: "%2$s" }
                accounts:
                  by-key: { api-key: { file: %3$s }, account-id: %9$s }
                  by-env: { api-key: { env: CANARY_KEY }, account-id: %9$s }
                  cold: { api-key: { file: %4$s }, account-id: %9$s }
                  echoed: { api-key: { file: %5$s }, account-id: %9$s, endpoints: { iam: "%6$s" } }
                  echoed-password:
                    password: { username: %14$s, password: { file: %7$s } }
                    account-id: %9$s
                    endpoints: { iam: "%6$s" }
                  by-password:
                    password: { username: %14$s, password: { file: %7$s } }
                    account-id: %9$s
                    uaa: true
                    endpoints: { ca-file: %16$s }
                  by-passcode: { passcode: {}, account-id: %9$s }
                  unbound: { api-key: { file: %3$s } }
                  imported: { refresh-token: { command: [ %8$s ] }, account-id: %9$s }
                  vm: { trusted-profile: { profile-name: ci, cr-token-file: %10$s }, account-id: %9$s }
                clients:
                  - name: script
                    match: { secret: { file: %11$s } }
                    allow: [ "access:by-key" ]
                listen:
                  unix: { path: %12$s/run/broker.sock }
                  http: { address: "127.0.0.1:0" }
                state:
                  dir: %12$s/state
                  key: [ { file: %13$s }, { passphrase: { file: %15$s } } ]
                audit: { file: %12$s/state/audit.jsonl }
                log: { level: trace }
                refresh: { min-interval: 0s }
                """.formatted(
                        emulator.iamUrl(),
                        emulator.containersUrl(),
                        secret("key", apiKey),
                        secret("cold-key", coldKey),
                        secret("echoed-key", echoedKey),
                        echo.url(),
                        secret("password", password),
                        command(),
                        ID,
                        secret("cr-token", crToken),
                        secret("client", clientSecret),
                        temp,
                        secret("state-key", stateKey),
                        USER,
                        secret("passphrase", passphrase),
                        Files.writeString(temp.resolve("ca.pem"), emulator.caPem()));
    }

    private Path secret(String name, String value) throws IOException {
        return ManualDaemon.secretFile(temp.resolve(name), value);
    }

    /** Prints the secret, and keeps what any other program could see of this one while it ran. */
    private Path command() throws IOException {
        Path script = Files.writeString(temp.resolve("print-secret"), """
                #!/bin/sh
                cat /proc/$$/environ /proc/$$/cmdline >> %1$s/child
                cat %1$s/imported
                """.formatted(temp));
        return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void everywhere_afterEverything_noSecretIsInClear() throws Exception {
        goodDays();
        lies();
        wrongInputs();
        wrongFraming();
        sharesAndQuestions();
        lockAndUnlock();
        troubles();
        rememberTokens();
        daemon.close();
        storeCommands();

        assertThat(statuses)
                .contains(
                        200, 400, 401, 403, 404, 405, 409, 413, 414, 417, 421, 422, 423, 429, 431, 501, 503, 504, 505);
        assertThat(log.lines()).hasSizeGreaterThan(100);
        assertThat(echo.requests()).isGreaterThan(EchoingIam.WAYS);
        assertThat(leaks()).isEmpty();
        assertThat(emulator.departures()).isEmpty();
    }

    /** A search that found nothing shows nothing, unless it would have found something. */
    @Test
    void leaks_secretInALine_isFound() {
        String basic = Base64.getEncoder().encodeToString(("ops:" + password).getBytes(StandardCharsets.UTF_8));
        for (String form : List.of(password, URLEncoder.encode(password, StandardCharsets.UTF_8), basic)) {
            log.lines().clear();
            org.slf4j.LoggerFactory.getLogger(CanaryTest.class).trace("sent {}", form);

            assertThat(leaksOfLog()).as(form).anyMatch(leak -> leak.contains("password"));
        }
        log.lines().clear();
        org.slf4j.LoggerFactory.getLogger(CanaryTest.class)
                .warn("failed", new IllegalStateException(emulator.issueAccessToken(user, null)));
        assertThat(leaksOfLog()).anyMatch(leak -> leak.contains("JWT"));
    }

    private List<String> leaks() throws IOException {
        List<String> leaks = leaksOfLog();
        for (Answer answer : without) {
            leaks.addAll(canaries.orTokensIn("an answer: " + answer, answer.toString()));
        }
        leaks.addAll(canaries.orTokensIn("the output of a command", output.toString(StandardCharsets.UTF_8)));
        for (Answer answer : withToken) {
            leaks.addAll(plantedIn(answer));
        }
        for (String tree : List.of("state", "run")) {
            try (Stream<Path> files = Files.walk(temp.resolve(tree))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    String content = Files.readString(file, StandardCharsets.ISO_8859_1);
                    leaks.addAll(canaries.orTokensIn(file.toString(), content));
                }
            }
        }
        leaks.addAll(
                canaries.orTokensIn("a child's environment or arguments", Files.readString(temp.resolve("child"))));
        return leaks;
    }

    private List<String> leaksOfLog() {
        List<String> leaks = new ArrayList<>();
        log.lines().forEach(line -> leaks.addAll(canaries.orTokensIn("the log: " + line, line)));
        return leaks;
    }

    /** The token that was asked for may be there, and is the one thing that may. */
    private List<String> plantedIn(Answer answer) {
        String token = answer.json()
                .path("access_token")
                .asString(answer.json().at("/status/token").asString(""));
        return canaries.orTokensIn("a token answer", answer.toString().replace(token, ""));
    }

    /** What IAM gave out, as far as anybody presented it or got it. */
    private void rememberTokens() {
        for (Answer answer : withToken) {
            remember(
                    "token",
                    answer.json()
                            .path("access_token")
                            .asString(answer.json().at("/status/token").asString("")));
        }
        for (RecordedRequest request : emulator.requests()) {
            remember("refresh token", request.form().get("refresh_token"));
            remember("revoked token", request.form().get("token"));
            remember("passcode", request.form().get("passcode"));
            String authorization = request.header("Authorization");
            remember("passcode of a session", ofBasic(authorization));
            remember("bearer", authorization != null && authorization.startsWith("Bearer ") ? authorization : null);
        }
    }

    private static @Nullable String ofBasic(@Nullable String authorization) {
        return authorization == null || !authorization.startsWith("Basic ")
                ? null
                : new String(
                        Base64.getDecoder().decode(authorization.substring("Basic ".length())), StandardCharsets.UTF_8);
    }

    private void remember(String name, @Nullable String value) {
        if (value != null) {
            String core = value.substring(Math.max(value.lastIndexOf('-'), value.lastIndexOf('.')) + 1);
            if (core.length() >= 20) {
                canaries.add(name, core);
            }
        }
    }

    private void goodDays() throws IOException {
        String passcode = emulator.addPasscode(user);
        login("by-passcode", "{\"passcode\":\"" + passcode + "\"}");
        for (String account : List.of("by-key", "by-env", "by-password", "by-passcode", "imported", "vm")) {
            String base = "/v1/accounts/" + account;
            get(base + "/token");
            get(base + "/token?kind=kube");
            get(base + "/kube-credential?cluster=canary0cluster");
            get(base + "/watch?wait=1");
            post(base + "/refresh", "");
            get(base);
            get(base + "/ibm-accounts");
            get(base + "/clusters");
            get(base + "/clusters/" + SERVER);
            get(base + "/clusters/" + SERVER + "/kubeconfig");
            post(base + "/purge", "");
            get("/readyz/" + account);
        }
        get("/v1/accounts/by-password/token?kind=uaa");
        openShift();
        login("by-password", json("username", USER, "password", password));
        login("by-key", json("api_key", envKey));
        login("imported", json("refresh_token", emulator.issueRefreshToken(user, null)));
        login("by-key", "{}");
        observe();
        overTcp("GET", "/v1/accounts/by-key/token", "Authorization: Bearer " + clientSecret);
    }

    private void openShift() throws IOException {
        String token = "/v1/accounts/by-password/token?kind=kube&cluster=" + ROKS;
        get(token);
        get("/v1/accounts/by-password/kube-credential?cluster=" + ROKS);
        get("/v1/accounts/by-password");
        assertThat(withToken.getLast().body()).contains("sha256~");
        for (Misbehaviour misbehaviour : EnumSet.range(Misbehaviour.OAUTH_DENIED, Misbehaviour.OAUTH_OTHER_TYPE)) {
            post("/v1/accounts/by-password/logout", "");
            logInWhenIamMayBeAsked();
            try (var fault = emulator.misbehave(Fault.onOAuthServer(ROKS, misbehaviour))) {
                get(token);
                get("/v1/accounts/by-password");
                assertThat(fault.hits()).as("%s", misbehaviour).isPositive();
            }
        }
    }

    private void lies() throws IOException {
        for (Misbehaviour misbehaviour : EnumSet.complementOf(EnumSet.copyOf(SLOW))) {
            try (var fault = emulator.misbehave(misbehaviour)) {
                login("by-password", "{}");
                login("by-key", json("api_key", apiKey));
                login("by-passcode", json("refresh_token", typed));
                post("/v1/accounts/vm/refresh", "");
                post("/v1/accounts/by-password/refresh", "");
                get("/v1/accounts/by-key/clusters");
                get("/v1/accounts/by-env/ibm-accounts");
                assertThat(fault.hits()).as("%s", misbehaviour).isPositive();
            }
        }
        for (int way = 0; way < 2 * EchoingIam.WAYS; way++) {
            login("echoed", way % 2 == 0 ? "{}" : json("api_key", typed + way));
            login("echoed-password", json("username", USER, "password", password));
            login("echoed-password", json("refresh_token", typed));
            get("/v1/accounts/echoed/token");
            get("/v1/accounts/echoed");
        }
        observe();
    }

    private void wrongInputs() throws IOException {
        String coded = URLEncoder.encode(typed, StandardCharsets.UTF_8);
        for (String target : List.of(
                "/" + coded,
                "/v1/accounts/" + coded,
                "/v1/accounts/" + coded + "/token",
                "/v1/accounts/by-key/token?kind=" + coded,
                "/v1/accounts/by-key/token?kind=kube&cluster=" + coded,
                "/v1/accounts/by-key/token?min_ttl=" + coded,
                "/v1/accounts/by-key/token?wait=" + coded,
                "/v1/accounts/by-key/token?" + coded + "=1",
                "/v1/accounts/by-key/clusters/" + coded,
                "/v1/accounts/by-key/watch?wait=0&after=" + coded,
                "/v1/accounts/by-key/kube-credential?api_version=" + coded,
                "/v1/accounts/unbound/token?kind=kube",
                "/v1/accounts/unbound/clusters")) {
            get(target);
        }
        for (String body : List.of(
                typed,
                "{\"" + typed,
                json(typed, "1"),
                json("api_key", "1", typed, "2"),
                "[\"" + typed + "\"]",
                json("api_key", wrongKey),
                json("passcode", typed),
                json("username", typed, "password", typed),
                json("refresh_token", typed))) {
            login("by-passcode", body);
            login("by-key", body);
            login("by-password", body);
        }
        login("by-key", json("api_key", strangersKey));
        String asScript = "Authorization: Bearer " + clientSecret;
        overTcp("GET", "/v1/accounts/" + coded + "/token", asScript);
        overTcp("GET", "/v1/accounts/by-key/token?kind=kube&cluster=" + coded, asScript);
        post("/v1/kube-credential", typed);
        post("/v1/kube-credential", "{\"apiVersion\":\"" + typed + "\"}");
        post("/v1/kube-credential", exec("\"server\":\"https://" + coded + "\""));
        post("/v1/kube-credential", exec("\"server\":\"https://x\",\"insecure-skip-tls-verify\":true"));
        post("/v1/kube-credential?account=" + coded, "");
        call("DELETE", "/v1/accounts/by-key?" + coded + "=" + coded);
        for (String field : List.of(
                "Authorization: Bearer " + typed,
                "Authorization: Basic " + Base64.getEncoder().encodeToString(typed.getBytes(StandardCharsets.UTF_8)),
                "Authorization: " + typed,
                "Origin: https://" + coded,
                "X-Forwarded-For: " + typed,
                "Expect: " + typed,
                "X-Canary: " + typed,
                "If-None-Match: " + typed,
                "Accept: " + typed)) {
            call("GET", "/v1/accounts/by-key", field);
            call("GET", "/metrics", field);
            overTcp("GET", "/v1/accounts/by-key", field);
        }
        observe();
    }

    private static String exec(String cluster) {
        return "{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"spec\":{\"cluster\":{"
                + cluster + "}}}";
    }

    private void wrongFraming() throws IOException {
        String coded = URLEncoder.encode(typed, StandardCharsets.UTF_8);
        String long5000 = typed.repeat(5000 / typed.length());
        for (String request : List.of(
                "GET /" + coded + " HTTP/9.9\r\nHost: x\r\n\r\n",
                coded + " / HTTP/1.1\r\nHost: x\r\n\r\n",
                typed + "\r\n\r\n",
                "GET /" + coded.repeat(100) + " HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: " + typed + "\r\nHost: x\r\n\r\n",
                "GET / HTTP/1.1\r\n" + coded + "\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\n" + "X-A: " + long5000 + "\r\n" + "X-B: " + long5000.repeat(4)
                        + "\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: " + coded + "\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + coded + "\r\n\r\n",
                "POST /v1/accounts/by-key/login HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n" + typed)) {
            try (var caller = UnixCaller.at(temp.resolve("run").resolve("broker.sock"))) {
                caller.send(request);
                keep(caller.read());
            }
        }
        try (var caller = UnixCaller.atPort(daemon.httpPort())) {
            caller.send("GET /livez HTTP/1.1\r\nHost: " + coded + ".example\r\n\r\n");
            keep(caller.read());
        }
    }

    private void sharesAndQuestions() throws IOException {
        String coded = URLEncoder.encode(typed, StandardCharsets.UTF_8);
        Answer share = post("/v1/accounts/by-key/shares?kind=access&uses=3&ttl=60", "{}");
        Path guest = Path.of(share.json().path("path").asString());
        for (String target : List.of("/v1/accounts/by-key/token", "/v1/accounts/" + coded + "/token", "/" + coded)) {
            try (var caller = UnixCaller.at(guest)) {
                keep(caller.get(target));
            }
        }
        get("/v1/shares");
        for (String query : List.of("kind=" + coded, "ttl=" + coded, "kind=kube&cluster=" + coded, "mode=" + coded)) {
            post("/v1/accounts/by-key/shares?" + query, "{}");
        }
        post("/v1/unshare?id=" + coded, "{}");
        post("/v1/unshare", "{}");
        String about = "/v1/explain?account=by-key&kind=access";
        get(about + "&client=script");
        for (String query : List.of("&client=", "&uid=", "&uid=1&exe=%2F", "&uid=1&exe_sha256=", "&uid=1&unit=")) {
            get(about + query + coded);
        }
        get("/v1/explain?kind=access&account=" + coded);
        String fingerprint = withToken.getLast().json().path("access_token").asString("");
        get("/v1/audit/holders?fingerprint=" + Secret.of(fingerprint).fingerprint());
        get("/v1/audit/holders?fingerprint=" + coded);
        get("/v1/audit/records?limit=1000");
        get("/v1/audit/records?after=" + coded);
        get("/v1/audit/verify");
    }

    private void lockAndUnlock() throws IOException {
        for (String body : List.of(typed, json("passphrase", "short"), json("passphrase", typed, typed, "1"))) {
            post("/v1/lock", body);
        }
        assertThat(post("/v1/lock", json("passphrase", lockPassphrase)).status())
                .isEqualTo(200);
        post("/v1/lock", json("passphrase", wrongPassphrase));
        get("/v1/accounts/by-key/token");
        login("by-password", json("username", USER, "password", password));
        login("by-passcode", json("passcode", typed));
        observe();
        post("/v1/unlock", typed);
        assertThat(post("/v1/unlock", json("passphrase", wrongPassphrase)).status())
                .isEqualTo(403);
        while (post("/v1/unlock", json("passphrase", lockPassphrase)).status() == 429) {
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        get("/v1/accounts/by-key/token");
        observe();
    }

    private void storeCommands() throws IOException {
        var commands =
                new StoreCommands(config, new PrintStream(output, /* autoFlush= */ true, StandardCharsets.UTF_8));
        assertThat(commands.verify(OutputFormat.TABLE)).isZero();
        assertThat(commands.rotate(OutputFormat.TABLE)).isZero();
        assertThat(commands.verify(OutputFormat.TABLE)).isZero();
        assertThat(output.toString(StandardCharsets.UTF_8)).contains("a new data key seals");
    }

    private void troubles() throws IOException {
        try (var hang = emulator.misbehave(Misbehaviour.HANG_AFTER_ACCEPT)) {
            get("/v1/accounts/unbound/token?wait=1&min_ttl=4000");
            post("/v1/accounts/by-passcode/purge", "");
            get("/v1/accounts/by-passcode/token?wait=1");
            assertThat(hang.hits()).isPositive();
        }
        emulator.stop();
        post("/v1/accounts/by-env/purge", "");
        get("/v1/accounts/by-env/token?wait=1");
        get("/v1/accounts/by-env/token?wait=1");
        get("/v1/accounts/cold/token?wait=1");
        emulator.start();
        emulator.disableApiKey(envKey);
        emulator.endSessions();
        for (String account : List.of("by-env", "by-password", "imported", "by-passcode", "cold")) {
            post("/v1/accounts/" + account + "/refresh", "");
            get("/v1/accounts/" + account + "/token");
            get("/v1/accounts/" + account);
        }
        for (String account : List.of("by-key", "by-password", "imported", "vm")) {
            post("/v1/accounts/" + account + "/logout", "");
            get("/v1/accounts/" + account + "/token");
        }
        observe();
    }

    private void observe() throws IOException {
        get("/v1/accounts");
        get("/livez");
        get("/readyz");
        get("/metrics");
        call("GET", "/metrics", "Accept: application/openmetrics-text; version=1.0.0");
    }

    /** @param pairs names and values by turns */
    private static String json(String... pairs) {
        StringBuilder json = new StringBuilder("{");
        for (int i = 0; i < pairs.length; i += 2) {
            json.append(i == 0 ? "\"" : ",\"")
                    .append(pairs[i])
                    .append("\":\"")
                    .append(pairs[i + 1])
                    .append('"');
        }
        return json.append('}').toString();
    }

    /** So many logins in a row are more than a broker lets go at once. */
    private void logInWhenIamMayBeAsked() throws IOException {
        while (post("/v1/accounts/by-password/login", "{}").status() == 503) {
            LockSupport.parkNanos(100_000_000);
        }
    }

    private void login(String account, String body) throws IOException {
        post("/v1/accounts/" + account + "/login", body);
    }

    private void get(String target) throws IOException {
        call("GET", target);
    }

    @CanIgnoreReturnValue
    private Answer post(String target, String body) throws IOException {
        try (var caller = UnixCaller.at(temp.resolve("run").resolve("broker.sock"))) {
            Answer answer = caller.post(target, body);
            keep(answer);
            return answer;
        }
    }

    private void call(String method, String target, String... fields) throws IOException {
        try (var caller = UnixCaller.at(temp.resolve("run").resolve("broker.sock"))) {
            keep(caller.call(method, target, null, fields));
        }
    }

    private void overTcp(String method, String target, String... fields) throws IOException {
        try (var caller = UnixCaller.atPort(daemon.httpPort())) {
            keep(caller.call(method, target, null, fields));
        }
    }

    private void keep(Answer answer) {
        statuses.add(answer.status());
        boolean hasToken = answer.status() == 200
                && (answer.body().startsWith("{\"access_token\":")
                        || answer.body().contains("\"ExecCredential\""));
        (hasToken ? withToken : without).add(answer);
    }
}

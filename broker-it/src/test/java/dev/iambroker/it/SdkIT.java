package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ibm.cloud.sdk.core.service.exception.ServiceResponseException;
import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.fault.Fault;
import dev.iambroker.emulator.fault.Misbehaviour;
import dev.iambroker.emulator.http.LoopbackPort;
import dev.iambroker.it.harness.Checkout;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Scrape;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** IBM's SDK for Java as it is, configured as its users configure it, with a broker in the place of IAM. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SdkIT {
    private static final String SECRET = "canary-client-secret-of-an-sdk-4d1f";

    /** Of the form of IBM's own. */
    private static final String REAL_KEY = "cAnArY0_Xq7VtR2mB-9sLkPzWf3eHuYd5nGjTo1iAaKe";

    private static final String CREDENTIALS_FILE = "IBM_CREDENTIALS_FILE";
    private static final List<String> SERVICES = List.of("by-key", "by-file", "by-metadata");
    /** The SDK takes a token for ended 10 s before its end. */
    private static final Duration LIFE = Duration.ofSeconds(14);

    private static final Duration HOUR = Duration.ofHours(1);
    private static final long PAUSE_MILLIS = 200;
    private static final Pattern CURL = Pattern.compile("```sh\n(curl .*?)```", Pattern.DOTALL);
    private static final Pattern SNIPPET = Pattern.compile("```properties\n(MY_SERVICE_.*?)```", Pattern.DOTALL);

    private final EmulatedCloud cloud = SampleCloud.start();
    private final Workplace place;
    private final Daemon daemon;
    private final String broker;
    private final Path secretFile;

    SdkIT() throws IOException, InterruptedException {
        place = Workplace.create();
        int port = LoopbackPort.free();
        broker = "http://127.0.0.1:" + port;
        place.secret("prod-key", EmulatedCloud.PROD_API_KEY);
        // With the newline of an editor, which no SDK takes off.
        secretFile = place.secret("ci-secret", SECRET);
        place.configure(cloud.emulator(), """
                accounts:
                  prod: { api-key: { file: prod-key }, account-id: %s }
                  dev: { passcode: {}, account-id: %s }
                clients:
                  - { name: ci, match: { secret: { file: ci-secret } }, allow: [ "access:prod" ] }
                audit: { file: %s/audit.jsonl }
                log: { level: trace }
                """.formatted(
                        EmulatedCloud.PROD_ACCOUNT, EmulatedCloud.DEV_ACCOUNT, place.directory()));
        place.configureMore("  http: { address: 127.0.0.1:" + port + " }\n");
        daemon = place.serve();
    }

    @AfterAll
    void stop() throws IOException {
        System.clearProperty(CREDENTIALS_FILE);
        daemon.close();
        place.close();
        cloud.close();
        assertThat(cloud.emulator().departures()).isEmpty();
    }

    /** What a user writes, service by service. */
    private Map<String, String> settings() {
        Map<String, String> settings = new TreeMap<>(Map.of(
                "BY_KEY_AUTH_TYPE",
                "iam",
                "BY_KEY_AUTH_URL",
                broker,
                "BY_KEY_APIKEY",
                "prod:" + SECRET,
                "BY_FILE_AUTH_TYPE",
                "container",
                "BY_FILE_AUTH_URL",
                broker + "/identity/token",
                "BY_FILE_CR_TOKEN_FILENAME",
                secretFile.toString(),
                "BY_FILE_IAM_PROFILE_NAME",
                "prod",
                "BY_METADATA_AUTH_TYPE",
                "vpc",
                "BY_METADATA_AUTH_URL",
                broker + "/k/" + SECRET,
                "BY_METADATA_IAM_PROFILE_ID",
                "prod"));
        for (String service : SERVICES) {
            settings.put(variable(service) + "_URL", cloud.emulator().accountsUrl());
        }
        return settings;
    }

    private static String variable(String service) {
        return service.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    @BeforeEach
    void writeProperties() throws IOException {
        write(settings());
    }

    private void write(Map<String, String> settings) throws IOException {
        StringBuilder lines = new StringBuilder();
        settings.forEach((name, value) -> lines.append(name + "=" + value + "\n"));
        write(lines.toString());
    }

    private void write(String properties) throws IOException {
        Path file = Files.writeString(place.directory().resolve("ibm-credentials.env"), properties);
        System.setProperty(CREDENTIALS_FILE, file.toString());
    }

    private double asked() throws IOException {
        return Scrape.of(place.http()).sum("iam_broker_requests_total{client=\"ci\"");
    }

    /** With the original life in {@code expires_in} it would ask each time; the metadata service takes two requests a token. */
    @Test
    void properties_eachAuthenticator_isServedAndAsksOnce() throws Exception {
        double asked = asked();
        for (String name : SERVICES) {
            AccountsService service = AccountsService.of(name);
            for (int i = 0; i < 20; i++) {
                assertThat(service.list()).as(name).contains("\"resources\"");
            }
        }
        assertThat(asked() - asked).isEqualTo(4);
    }

    /** A process of its own, which has nothing but its environment. */
    @Test
    void environment_ofAProgram_eachAuthenticatorIsServed() throws Exception {
        Program program = Program.of(
                        Path.of(System.getProperty("java.home"), "bin", "java"),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        AccountsService.class.getName())
                .with(SERVICES.toArray())
                .in(Files.createDirectories(place.directory().resolve("project")));
        settings().forEach(program::env);
        double asked = asked();
        Ran ran = program.run();

        assertThat(ran.exitCode()).as(ran.all()).isZero();
        assertThat(ran.out().lines()).hasSize(15).allMatch(line -> line.endsWith(" true"));
        assertThat(asked() - asked).isEqualTo(4);
    }

    @Test
    void document_eachSnippet_worksAsItStands() throws Exception {
        List<String> snippets = SNIPPET.matcher(Files.readString(Checkout.root().resolve("docs/sdk.md")))
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
        assertThat(snippets).hasSize(3);
        for (String snippet : snippets) {
            String text = snippet.replace("http://127.0.0.1:8180", broker)
                    .replace("/home/me/.config/iam-broker/ci.secret", secretFile.toString())
                    .replace("CLIENT-SECRET", SECRET);
            assertThat(text).as("nothing else was to be replaced").isNotEqualTo(snippet);
            write(text + "MY_SERVICE_URL=" + cloud.emulator().accountsUrl() + "\n");
            assertThat(AccountsService.of("my-service").list()).as(snippet).contains("\"resources\"");
        }
    }

    /** Two lives of a token and then IAM's failure: the SDK by itself gives up, and the same SDK at the broker goes on. */
    @Test
    void tokensEnds_andAnOutageOfIam_areNotSeen() throws Exception {
        cloud.emulator().settings().accessTokenLife(LIFE);
        try {
            assertThat(place.run("purge", "prod").exitCode()).isZero();
            List<AccountsService> services =
                    SERVICES.stream().map(AccountsService::of).toList();
            assertThat(tokensOver(LIFE.plusSeconds(2), services)).hasSizeGreaterThan(1);
            outlast(alone(), services);
        } finally {
            cloud.emulator().behave();
            cloud.emulator().settings().accessTokenLife(HOUR);
            assertThat(place.run("purge", "prod").exitCode()).isZero();
        }
    }

    private static Set<String> tokensOver(Duration time, List<AccountsService> services) throws InterruptedException {
        Set<String> tokens = new HashSet<>();
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            for (AccountsService service : services) {
                assertThat(service.list()).as(service.getName()).contains("\"resources\"");
                tokens.add(service.token());
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        return tokens;
    }

    private AccountsService alone() throws IOException {
        write(Map.of(
                "ALONE_URL",
                cloud.emulator().accountsUrl(),
                "ALONE_AUTH_TYPE",
                "iam",
                "ALONE_AUTH_URL",
                cloud.emulator().iamUrl(),
                "ALONE_APIKEY",
                EmulatedCloud.PROD_API_KEY));
        return AccountsService.of("alone");
    }

    private void outlast(AccountsService alone, List<AccountsService> services) throws Exception {
        assertThat(place.run("purge", "prod").exitCode()).isZero();
        assertThat(place.run("token", "prod").exitCode()).isZero();
        assertThat(alone.list()).contains("\"resources\"");
        cloud.emulator().misbehave(Fault.of(Misbehaviour.ERROR_503).path("/identity/token"));
        long end = System.nanoTime() + LIFE.toNanos();
        boolean isServed = true;
        while (isServed) {
            isServed = isServed(alone);
            for (AccountsService service : services) {
                assertThat(service.list()).as(service.getName()).contains("\"resources\"");
            }
            assertThat(System.nanoTime()).as("the SDK by itself went on").isLessThan(end);
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    private static boolean isServed(AccountsService service) {
        try {
            return service.list().contains("\"resources\"");
        } catch (RuntimeException failed) {
            return false;
        }
    }

    @Test
    void realApiKey_isRefusedWithAWordAndGoesNowhere() throws Exception {
        Map<String, String> settings = settings();
        settings.put("BY_KEY_APIKEY", REAL_KEY);
        write(settings);
        int requests = cloud.emulator().requests().size();

        assertThatThrownBy(() -> AccountsService.of("by-key").list())
                .isInstanceOfSatisfying(
                        ServiceResponseException.class,
                        refused -> assertThat(refused.getStatusCode()).isEqualTo(401))
                .hasMessageContaining("the secret is nobody's")
                .hasMessageNotContaining("cAnArY0");

        assertThat(cloud.emulator().requests()).hasSize(requests);
        // A record is written a moment after the answer.
        daemon.await("the refusal to be on record", () -> audit().contains("\"wrong-secret\""));
        assertNowhere("cAnArY0");
    }

    @Test
    void account_thatTheClientMayNotHave_is403WithAWord() throws Exception {
        Map<String, String> settings = settings();
        settings.put("BY_FILE_IAM_PROFILE_NAME", "dev");
        settings.put("BY_METADATA_IAM_PROFILE_ID", "nosuch");
        write(settings);

        for (String name : List.of("by-file", "by-metadata")) {
            assertThatThrownBy(() -> AccountsService.of(name).list())
                    .isInstanceOfSatisfying(
                            ServiceResponseException.class,
                            refused -> assertThat(refused.getStatusCode()).isEqualTo(403))
                    .hasMessageContaining("client \"ci\" has no right to this");
        }
    }

    /** Over loopback TCP with the secret's file, and over the Unix socket as whoever asks. */
    @Test
    void document_curl_worksAsItStands() throws Exception {
        List<String> commands = CURL.matcher(Files.readString(Checkout.root().resolve("docs/sdk.md")))
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
        assertThat(commands).hasSize(2);
        for (String command : commands) {
            Ran ran = Program.shell(command.replace("http://127.0.0.1:8180", broker)
                            .replace("/home/me/.config/iam-broker/ci.secret", secretFile.toString())
                            .replace(
                                    "/run/iam-broker/broker.sock",
                                    place.socket().toString()))
                    .run();
            assertThat(ran.exitCode()).as(ran.all()).isZero();
            assertThat(ran.out()).contains("\"access_token\":\"ey", "\"refresh_token\":\"not_supported\"");
        }
    }

    @Test
    void wrongSecretInThePath_isInNoLogMetricOrRecordOrAnswer() throws Exception {
        for (String path : List.of("/instance_identity/v1/token", "/identity/v1/iam_tokens", "/v1/accounts", "")) {
            Ran ran = Program.of(
                            "curl",
                            "-s",
                            "-i",
                            "-X",
                            "PUT",
                            "-H",
                            "Metadata-Flavor: ibm",
                            broker + "/k/kNaRyQx7" + path)
                    .run();
            assertThat(ran.out())
                    .startsWith("HTTP/1.1 40")
                    .contains("errorCode")
                    .doesNotContain("kNaRyQx7");
        }
        // A record is written a moment after the answer.
        daemon.await("the refusal to be on record", () -> audit().contains("\"wrong-secret\""));
        assertNowhere("kNaRyQx7");
    }

    /** The secret is in a form, in a path and in a header of what the SDKs send. */
    @Test
    void clientSecret_isInNoLogMetricOrRecord() throws Exception {
        for (String name : SERVICES) {
            assertThat(AccountsService.of(name).list()).contains("\"resources\"");
        }
        assertNowhere(SECRET);
        assertNowhere("/k/");
        assertThat(Scrape.of(place.http()).text())
                .contains("route=\"/identity/token\"", "route=\"/instance_identity/v1/iam_token\"");
    }

    private void assertNowhere(String secret) throws IOException {
        assertThat(daemon.log() + daemon.output()).doesNotContain(secret);
        assertThat(Scrape.of(place.http()).text()).doesNotContain(secret);
        assertThat(audit()).doesNotContain(secret);
    }

    private String audit() {
        try {
            return Files.readString(place.directory().resolve("audit.jsonl"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.iambroker.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.tls.CertificateAuthority;
import dev.iambroker.emulator.tls.Certified;
import dev.iambroker.fleet.FleetSettings;
import dev.iambroker.server.config.Loading.Loaded;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SharedConfigTest {
    private static final String ONE = "endpoints: [\"https://etcd-1.example:2379\"]";

    @TempDir
    Path dir;

    private static final CertificateAuthority AUTHORITY = new CertificateAuthority("etcd", new SecureRandom());
    private static final Certified CERTIFIED = AUTHORITY.certified();

    private ConfigFixture fixture;

    @BeforeEach
    void makeFixture() {
        fixture = new ConfigFixture(dir, Map.of("FLEET_KEY", "0123456789abcdef"));
        fixture.write("ca.pem", "A comment.\n" + AUTHORITY.pem(), "rw-r--r--");
        fixture.write("cert.pem", CERTIFIED.certificate(), "rw-r--r--");
        fixture.write("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "rw-r--r--");
        fixture.secret("key.pem", CERTIFIED.key());
        fixture.secret("other.pem", AUTHORITY.certified().key());
        fixture.secret(
                "encrypted.pem", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
        fixture.secret("password", "a password at etcd");
        fixture.secret("fleet-key", "0123456789abcdef");
    }

    private static String shared(String inner) {
        return "accounts: { dev: { passcode: {} } }\nstate:\n  shared: " + inner + "\n";
    }

    private static String etcd(String etcd) {
        return shared("{ etcd: { " + etcd + " }, fleet-key: { file: fleet-key } }");
    }

    private FleetSettings read(String yaml) {
        FleetSettings settings = fixture.config(yaml).state().shared();
        assertThat(settings).isNotNull();
        return settings;
    }

    @Test
    void read_nothing_sharesNothing() {
        assertThat(fixture.config("accounts: { dev: { passcode: {} } }\n")
                        .state()
                        .shared())
                .isNull();
        assertThat(fixture.config(shared("")).state().shared()).isNull();
    }

    @Test
    void read_least_hasDefaults() {
        FleetSettings settings = read(etcd(ONE));

        assertThat(settings.endpoints()).containsExactly(URI.create("https://etcd-1.example:2379"));
        assertThat(settings.prefix()).isEqualTo("/iam-broker");
        assertThat(settings.caFile()).isNull();
        assertThat(settings.certFile()).isNull();
        assertThat(settings.keyFile()).isNull();
        assertThat(settings.username()).isNull();
        assertThat(settings.password()).isNull();
        assertThat(settings.fleetKey().describe()).isEqualTo("file " + dir.resolve("fleet-key"));
    }

    @Test
    void read_everything_isAsWritten() {
        FleetSettings settings = read(etcd("endpoints: [\"https://a.example:2379\", \"https://[::1]:2380/\"],"
                + " prefix: /brokers/prod, ca-file: ca.pem, cert-file: cert.pem, key-file: key.pem,"
                + " username: broker, password: { file: password }"));

        assertThat(settings.endpoints())
                .containsExactly(URI.create("https://a.example:2379"), URI.create("https://[::1]:2380"));
        assertThat(settings.prefix()).isEqualTo("/brokers/prod");
        assertThat(settings.caFile()).isEqualTo(dir + "/ca.pem");
        assertThat(settings.certFile()).isEqualTo(dir + "/cert.pem");
        assertThat(settings.keyFile()).isEqualTo(dir + "/key.pem");
        assertThat(settings.username()).isEqualTo("broker");
        assertThat(settings.password()).isNotNull();
        assertThat(settings.password().describe()).isEqualTo("file " + dir.resolve("password"));
    }

    @Test
    void read_httpToLoopback_isAccepted() {
        assertThat(read(etcd("endpoints: [\"http://127.0.0.1:2379\"]")).endpoints())
                .containsExactly(URI.create("http://127.0.0.1:2379"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "\"http://etcd.example:2379\" | [0]: is http, which is for loopback hosts only (expected https://HOST:PORT)",
                "\"https://etcd.example:2379/v3\" | [0]: has a path, and etcd has none (expected https://HOST:PORT)",
                "\"https://me:hunter2@etcd.example:2379\" | [0]: names a user, who belongs into username and password (expected https://HOST:PORT)",
                "\"https://etcd.example\" | [0]: has no port (expected https://HOST:PORT)",
                "\"etcd.example:2379\" | [0]: is no https URL (expected https://HOST:PORT)",
                "\"https://a:1\", \"https://a:1/\" | : names one twice (expected each member of etcd once)",
                "\"https://a:1\", \"http://127.0.0.1:1\" | : mixes http and https (expected one of them for all)",
                "^^ | : is an empty list (expected a list: [\"https://HOST:PORT\"])",
            })
    void read_impossibleEndpoint_saysWhatIsWrong(String urls, String message) {
        assertThat(fixture.problems(etcd("endpoints: [" + urls + "]")))
                .singleElement()
                .asString()
                .endsWith("state.shared.etcd.endpoints" + message)
                .doesNotContain("hunter2");
    }

    @Test
    void read_endpointThatIsNoList_saysSo() {
        assertThat(fixture.problems(etcd("endpoints: \"https://a:1\"")))
                .singleElement()
                .asString()
                .endsWith("state.shared.etcd.endpoints: is no list (expected a list: [\"https://HOST:PORT\"])");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "iam-broker",
                "/",
                "/iam-broker/",
                "//iam-broker",
                "\"/a b\"",
            })
    void read_impossiblePrefix_saysWhatIsWrong(String prefix) {
        assertThat(fixture.problems(etcd(ONE + ", prefix: " + prefix)))
                .singleElement()
                .asString()
                .endsWith(
                        "state.shared.etcd.prefix: is no prefix of keys (expected a path such as /iam-broker, of letters,"
                                + " digits, '.', '_' and '-', at most 255 and no slash at its end)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "cert-file: cert.pem | cert-file: is of no use alone (expected key-file beside it)",
                "key-file: key.pem | key-file: is of no use alone (expected cert-file beside it)",
                "username: broker | username: is of no use alone (expected password beside it)",
                "password: { file: password } | password: is of no use alone (expected username beside it)",
                "username: broker, password: hunter2 | password: a literal secret is refused (expected a reference: password: { file: /run/secrets/etcd-password })",
                "ca-file: missing.pem | ca-file: no such file (expected a file with PEM certificates)",
                "ca-file: password | ca-file: holds no certificate (expected a file with PEM certificates)",
                "cert-file: cert.pem, key-file: missing.pem | key-file: no such file (expected a file that holds the secret)",
                "cert-file: missing.pem, key-file: key.pem | cert-file: no such file (expected a file with PEM certificates)",
                "ca-file: broken.pem | ca-file: holds a certificate that cannot be read (expected PEM certificates that can be read)",
                "cert-file: broken.pem, key-file: key.pem | cert-file: holds a certificate that cannot be read (expected PEM certificates that can be read)",
                "cert-file: cert.pem, key-file: other.pem | key-file: is not the key of cert-file (expected the private key of the first certificate in cert-file, as PKCS #8 in PEM)",
                "cert-file: cert.pem, key-file: encrypted.pem | key-file: is encrypted (expected the private key of the first certificate in cert-file, as PKCS #8 in PEM; 'openssl pkcs8 -topk8 -nocrypt' makes one)",
                "cert-file: cert.pem, key-file: password | key-file: holds no private key (expected the private key of the first certificate in cert-file, as PKCS #8 in PEM; 'openssl pkcs8 -topk8 -nocrypt' makes one)",
                "ca-file: . | ca-file: is no regular file (expected a file with PEM certificates)",
                "endpoint: x | endpoint: unknown key (expected one of endpoints, prefix, ca-file, cert-file, key-file, username, password); did you mean \"endpoints\"?",
            })
    void read_contradiction_saysWhatIsWrong(String keys, String message) {
        assertThat(fixture.problems(etcd(ONE + ", " + keys)))
                .singleElement()
                .asString()
                .endsWith("state.shared.etcd." + message)
                .doesNotContain("hunter2");
    }

    @Test
    @Timeout(20)
    void read_pipeThatNobodyWritesTo_isNotWaitedFor() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", dir.resolve("pipe").toString())
                        .start()
                        .waitFor())
                .isZero();

        assertThat(fixture.problems(etcd(ONE + ", ca-file: pipe, cert-file: cert.pem, key-file: pipe")))
                .hasSize(2)
                .allMatch(problem -> problem.contains("regular file"));
    }

    @Test
    void read_keyFileThatOthersRead_isRefused() {
        fixture.write("key.pem", "-----BEGIN PRIVATE KEY-----\n", "rw-r--r--");

        assertThat(fixture.problems(etcd(ONE + ", cert-file: cert.pem, key-file: key.pem")))
                .singleElement()
                .asString()
                .contains("state.shared.etcd.key-file: is readable by others")
                .contains("chmod 600");
    }

    @Test
    void read_withoutWhatIsRequired_saysAllOfIt() {
        assertThat(fixture.problems(shared("{ etcd: { prefix: /a } }")))
                .hasSize(2)
                .anyMatch(text -> text.contains("state.shared.etcd.endpoints: is missing (expected a list"))
                .anyMatch(text -> text.contains("state.shared.fleet-key: is missing (expected { file: PATH }"));
        assertThat(fixture.problems(shared("{ fleet-key: { env: FLEET_KEY } }")))
                .singleElement()
                .asString()
                .contains("state.shared.etcd: is missing (expected where the shared state is");
    }

    @Test
    void read_effective_showsReferencesOnly() {
        String yaml = etcd(ONE + ", username: broker, password: { file: password }");

        assertThat(fixture.value(yaml, "state.shared.etcd.prefix")).isEqualTo("/iam-broker from default");
        assertThat(fixture.value(yaml, "state.shared.etcd.password"))
                .isEqualTo("{file: " + dir.resolve("password") + "} from broker.yaml:3");
        assertThat(fixture.value(yaml, "state.shared.fleet-key"))
                .isEqualTo("{file: " + dir.resolve("fleet-key") + "} from broker.yaml:3");
        assertThat(fixture.loaded(yaml).effective().toString()).doesNotContain("a password at etcd");
    }

    @Test
    void diff_otherFleet_namesTheKey() {
        Loaded before = fixture.loaded(etcd(ONE));
        Loaded after = fixture.loaded(etcd(ONE + ", prefix: /other"));

        assertThat(ConfigDiff.between(before, after).keys()).containsExactly("state.shared.etcd.prefix");
    }
}

package dev.iambroker.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.account.Cloud;
import dev.iambroker.account.Login;
import dev.iambroker.account.TrustedProfile;
import dev.iambroker.policy.Match;
import dev.iambroker.server.config.Listen.OpenRoute;
import dev.iambroker.server.config.StateSettings.KeyRef;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigLoaderTest {
    private static final String DEV = "accounts: { dev: { passcode: {} } }\n";
    private static final String ID = "0123456789abcdef0123456789abcdef";

    @TempDir
    Path dir;

    private ConfigFixture fixture;

    @BeforeEach
    void makeFixture() {
        fixture = new ConfigFixture(dir, Map.of("KEY", "k-env", "CREDENTIALS_DIRECTORY", dir + "/credentials"));
        fixture.secret("key", "k-1\n");
        fixture.secret("other", "k-2\n");
        fixture.secret("credentials/legacy", "pw\n");
        fixture.secret("token", "cr\n");
    }

    @Test
    void load_onlyAccounts_everythingElseHasItsDefault() {
        BrokerConfig config = fixture.config(DEV);

        assertThat(config.cloud()).isEqualTo(Cloud.IBM_CLOUD);
        assertThat(config.endpoints()).isEqualTo(Endpoints.IMPLIED);
        assertThat(config.refresh()).isEqualTo(new RefreshSettings(0.5, 0.1, Duration.ofSeconds(10)));
        assertThat(config.kube()).isEqualTo(new KubeSettings(Duration.ofSeconds(45), Duration.ofHours(2)));
        assertThat(config.listen().unix())
                .isEqualTo(new Listen.Unix(dir.resolve("run/broker.sock"), new FileMode(0600), null));
        assertThat(config.listen().http()).isNull();
        assertThat(config.listen().metrics()).isNull();
        assertThat(config.clients()).isEmpty();
        assertThat(config.state()).isEqualTo(new StateSettings(dir.resolve("state"), List.of(), null));
        assertThat(config.audit().file()).isNull();
        assertThat(config.log()).isEqualTo(LogSettings.DEFAULT);
    }

    @Test
    void load_everyLogin_becomesItsRecord() {
        BrokerConfig config = fixture.config("""
                accounts:
                  prod: { api-key: { file: key }, account-id: %s }
                  dev: { passcode: {} }
                  team-b: { login: dev, account-id: %s }
                  legacy:
                    cloud: bluemix-2019
                    password: { username: ops@example.com, password: { credential: legacy } }
                  imported: { refresh-token: { env: KEY }, uaa: true }
                  vm: { trusted-profile: { profile-name: ci, cr-token-file: token } }
                  vm2: { trusted-profile: { profile-id: Profile-1, cr-token-file: token } }
                """.formatted(ID.toUpperCase(Locale.ROOT), ID));

        var accounts = config.accounts().stream().map(AccountConfig::account).toList();
        assertThat(accounts)
                .extracting(account -> account.name().value())
                .containsExactly("prod", "dev", "team-b", "legacy", "imported", "vm", "vm2");
        assertThat(accounts.get(0).login()).isInstanceOf(Login.ApiKey.class);
        assertThat(accounts.get(0).accountId()).isEqualTo(ID);
        assertThat(accounts.get(1).login()).isEqualTo(new Login.Passcode());
        assertThat(accounts.get(2).sessionOwner()).isEqualTo(accounts.get(1).name());
        assertThat(accounts.get(2).login().word()).isEqualTo("passcode");
        assertThat(accounts.get(3).login()).isInstanceOfSatisfying(Login.Password.class, password -> {
            assertThat(password.username()).isEqualTo("ops@example.com");
            assertThat(password.password().describe()).isEqualTo("credential legacy");
        });
        assertThat(accounts.get(3).uaa()).isTrue();
        assertThat(accounts.get(4).uaa()).isTrue();
        assertThat(accounts.get(0).uaa()).isFalse();
        assertThat(accounts.get(5).login())
                .isInstanceOfSatisfying(
                        Login.ComputeResource.class,
                        resource -> assertThat(resource.profile())
                                .isEqualTo(new TrustedProfile(TrustedProfile.By.NAME, "ci")));
    }

    @Test
    void load_wholeFile_isReadAsWritten() {
        BrokerConfig config = fixture.config("""
                cloud: ibm-cloud-private
                endpoints: { iam: "https://iam.example/x/identity/token/", region: eu-de }
                accounts:
                  prod: { api-key: { file: key }, endpoints: { containers: "http://127.0.0.1:90/global" } }
                refresh: { at: 0.4, jitter: 0.2, min-interval: PT5S }
                kube: { expiry-margin: 90s, keep-warm: 5m }
                listen:
                  unix: { path: sock, mode: "0660", group: developers }
                  http: { address: "[::1]:8180", open: [livez] }
                  metrics: { address: 0.0.0.0:9180, hosts: [Broker.Example] }
                clients:
                  - { name: users, match: { user: alice, gid: 7 }, allow: [ "kube:prod", "list:*" ] }
                  - { name: ci, match: { secret: { file: other } }, allow: [] }
                state: { dir: store, key: [ { credential: legacy }, { passphrase: { env: KEY } } ] }
                audit: { file: audit.jsonl }
                log: { level: debug, format: json }
                """);

        Endpoints endpoints = config.accounts().getFirst().endpoints();
        assertThat(endpoints.iam()).isEqualTo(URI.create("https://iam.example/x"));
        assertThat(endpoints.containers()).isEqualTo(URI.create("http://127.0.0.1:90/global"));
        assertThat(endpoints.region()).isEqualTo("eu-de");
        assertThat(config.accounts().getFirst().account().cloud()).isEqualTo(Cloud.IBM_CLOUD_PRIVATE);
        assertThat(config.refresh()).isEqualTo(new RefreshSettings(0.4, 0.2, Duration.ofSeconds(5)));
        assertThat(config.kube()).isEqualTo(new KubeSettings(Duration.ofSeconds(90), Duration.ofMinutes(5)));
        assertThat(config.listen().unix())
                .isEqualTo(
                        new Listen.Unix(dir.resolve("sock"), new FileMode(0660), new Listen.Group("developers", 2001)));
        assertThat(config.listen().http()).satisfies(http -> {
            assertThat(http).isNotNull();
            assertThat(http.address().getPort()).isEqualTo(8180);
            assertThat(http.open()).isEqualTo(Set.of(OpenRoute.LIVEZ));
        });
        assertThat(config.listen().metrics()).satisfies(metrics -> {
            assertThat(metrics).isNotNull();
            assertThat(metrics.hosts()).containsExactly("broker.example");
        });
        assertThat(config.clients().getFirst().rule().match()).isEqualTo(new Match(1001, 7, false));
        assertThat(config.clients().getFirst().secret()).isNull();
        assertThat(config.clients().get(1).rule().match()).isEqualTo(new Match(null, null, true));
        assertThat(config.state().dir()).isEqualTo(dir.resolve("store"));
        assertThat(config.state().keys()).hasExactlyElementsOfTypes(KeyRef.SecretKey.class, KeyRef.Passphrase.class);
        assertThat(config.audit().file()).isEqualTo(dir.resolve("audit.jsonl"));
        assertThat(config.log()).isEqualTo(new LogSettings(LogSettings.Level.DEBUG, LogSettings.Format.JSON));
    }

    @Test
    void load_manyProblems_tellsAllInTheOrderOfTheFile() {
        assertThat(fixture.problems("""
                cluod: ibm-cloud
                accounts:
                  prod: { api-key: hunter2 }
                  dev: { passcode: {}, api-key: { file: key } }
                  team: { login: dve }
                refresh: { at: 2, jiter: 0.1 }
                listen:
                  unix: { mode: 0660 }
                kube: { keep-warm: 5 }
                """))
                .containsExactly(
                        "broker.yaml:1:1: cluod: unknown key (expected one of cloud, endpoints, accounts, refresh, kube,"
                                + " listen, clients, sinks, state, audit, log); did you mean \"cloud\"?",
                        "broker.yaml:3:20: accounts.prod.api-key: a literal secret is refused (expected a reference:"
                                + " api-key: { file: /run/secrets/prod-api-key })",
                        "broker.yaml:4:8: accounts.dev: has more than one login (expected exactly one of api-key,"
                                + " passcode, password, refresh-token, trusted-profile, login)",
                        "broker.yaml:5:18: accounts.team.login: names no account of this file (expected the alias of"
                                + " the account that logs in); did you mean \"dev\"?",
                        "broker.yaml:6:16: refresh.at: is out of range (expected a number from 0.1 to 0.9)",
                        "broker.yaml:6:19: refresh.jiter: unknown key (expected one of at, jitter, min-interval);"
                                + " did you mean \"jitter\"?",
                        "broker.yaml:8:17: listen.unix.mode: is an octal mode without quotes: write \"0660\" (expected"
                                + " an octal mode in quotes such as \"0660\")",
                        "broker.yaml:9:20: kube.keep-warm: is a number without a unit (expected at most 168h, written"
                                + " 90s, 5m, 2h or PT5M)");
    }

    @Test
    void load_missingFile_isOneProblem() throws Exception {
        Files.deleteIfExists(fixture.file);
        Loading loading = new ConfigLoader(fixture.surroundings, ImpliedEndpoints.UNKNOWN).load(fixture.places());

        assertThat(loading)
                .isInstanceOfSatisfying(
                        Loading.Refused.class,
                        refused -> assertThat(refused.problems())
                                .extracting(Problem::text)
                                .containsExactly(fixture.file
                                        + ": no such file (expected the configuration here, or --config FILE)"));
    }

    /** Docker makes a directory of a file to mount that is not there. */
    @Test
    void load_directory_isNamedAsOne() throws Exception {
        Files.deleteIfExists(fixture.file);
        Files.createDirectory(fixture.file);
        Loading loading = new ConfigLoader(fixture.surroundings, ImpliedEndpoints.UNKNOWN).load(fixture.places());

        assertThat(loading)
                .isInstanceOfSatisfying(
                        Loading.Refused.class,
                        refused -> assertThat(refused.problems())
                                .extracting(Problem::text)
                                .containsExactly(fixture.file
                                        + ": is a directory (expected a file; was the one to mount there?)"));
    }

    @Test
    void load_duplicateAlias_namesTheFirst() {
        assertThat(fixture.problems("accounts:\n  dev: { passcode: {} }\n  dev: { passcode: {} }\n"))
                .containsExactly(
                        "broker.yaml:3:3: accounts.dev: duplicate alias (expected it once; the first is on line 2)");
    }

    @Test
    void load_duplicateKey_isAProblem() {
        assertThat(fixture.problems(DEV + "kube: { keep-warm: 1h, keep-warm: 2h }\n"))
                .containsExactly(
                        "broker.yaml:2:24: kube.keep-warm: duplicate key (expected it once; the first is on line 2)");
    }

    @Test
    void load_noAccounts_saysWhatIsNeeded() {
        assertThat(fixture.problems("log: { level: info }\n"))
                .singleElement()
                .asString()
                .startsWith("broker.yaml:1:1: accounts: is missing (expected at least one account");
        assertThat(fixture.problems("")).singleElement().asString().contains("is empty");
        assertThat(fixture.problems("# nothing\n")).singleElement().asString().contains("is empty");
        assertThat(fixture.warnings("accounts: {}\n"))
                .singleElement()
                .asString()
                .contains("nothing to broker");
    }

    @Test
    void load_wrongTypes_areNamed() {
        assertThat(
                        fixture.problems(
                                "accounts: [dev]\ncloud: {}\nlog: info\nlisten: { http: { address: 127.0.0.1:1, open: livez } }\n"))
                .hasSize(4)
                .anyMatch(text -> text.startsWith("broker.yaml:1:11: accounts: is a list (expected"))
                .anyMatch(text -> text.startsWith("broker.yaml:2:8: cloud: is a mapping (expected ibm-cloud,"))
                .anyMatch(text -> text.startsWith(
                        "broker.yaml:3:6: log: is a single value (expected a mapping with level, format)"))
                .anyMatch(text -> text.contains("listen.http.open: is a single value (expected a list"));
    }

    @Test
    void load_notYaml_tellsThePlace() {
        assertThat(fixture.problems("accounts:\n  dev: { passcode: {}\n"))
                .singleElement()
                .asString()
                .startsWith("broker.yaml:3:1: is not YAML: expected ',' or '}'");
        assertThat(fixture.problems("a: b\n--- \nc: d\n"))
                .singleElement()
                .asString()
                .contains("is not YAML");
        assertThat(fixture.problems("accounts:\n  a: \u0001\n"))
                .singleElement()
                .asString()
                .startsWith("broker.yaml:2:1: is not YAML: holds a control character");
        assertThat(fixture.problems("accounts:\n  a: \"b\\u"))
                .singleElement()
                .asString()
                .startsWith("broker.yaml:2:1: is not YAML: ends within an escape");
    }

    @Test
    void load_anchorsTagsAndDepth_areRefused() {
        assertThat(fixture.problems("accounts: &a { dev: { passcode: {} } }\nclients: *a\n"))
                .singleElement()
                .asString()
                .startsWith("broker.yaml:1:11: is not YAML: anchors and aliases");
        assertThat(fixture.problems("accounts: !!java.lang.Runtime {}\n"))
                .singleElement()
                .asString()
                .contains("tags are not used here");
        assertThat(fixture.problems("accounts: " + "[".repeat(500_000)))
                .singleElement()
                .asString()
                .contains("is nested too deeply (expected no more than 16 levels)");
        assertThat(fixture.problems("# " + "x".repeat(YamlText.MAX_BYTES)))
                .singleElement()
                .asString()
                .contains("is larger than 1 MiB");
    }

    @Test
    void load_notUtf8_isAProblem() throws Exception {
        Files.write(fixture.file, new byte[] {'a', ':', ' ', (byte) 0xff});
        Loading loading = new ConfigLoader(fixture.surroundings, ImpliedEndpoints.UNKNOWN).load(fixture.places());
        assertThat(loading.toString()).contains("is not UTF-8 text");
    }

    @Test
    void load_headingsWithNothingBelow_areAsGoodAsNone() {
        assertThat(fixture.config(DEV + "endpoints:\nclients:\nlisten:\n  http:\nstate:\n  key:\nrefresh:\n")
                        .listen()
                        .http())
                .isNull();
    }

    @Test
    void load_sharedLogins_areChecked() {
        assertThat(fixture.problems("""
                accounts:
                  dev: { passcode: {}, cloud: bluemix-2019 }
                  b: { login: dev, account-id: %s }
                  c: { login: b, account-id: %s }
                  d: { login: d, account-id: %s }
                  e: { login: dev, account-id: %s, cloud: ibm-cloud }
                  f: { login: dev, account-id: %s, endpoints: { iam: https://other.example } }
                """.formatted(ID, ID, ID, ID, ID)))
                .containsExactly(
                        "broker.yaml:4:15: accounts.c.login: names an account that shares a login itself (expected the"
                                + " account that logs in)",
                        "broker.yaml:5:15: accounts.d.login: names the account itself (expected the account that logs in)",
                        "broker.yaml:6:6: accounts.e: has another cloud than the account whose login it shares"
                                + " (expected none of its own)",
                        "broker.yaml:7:6: accounts.f: has another IAM than the account whose login it shares (expected"
                                + " none of its own)");
    }

    /** Accepted, it would be an account that can never be had. */
    @Test
    void load_sharedLoginOfAKeyOrAProfile_isAProblem() {
        fixture.secret("key", "k-1");
        fixture.secret("cr-token", "t-1");
        assertThat(fixture.problems("""
                accounts:
                  prod: { api-key: { file: key } }
                  vm: { trusted-profile: { profile-name: ci, cr-token-file: cr-token } }
                  b: { login: prod, account-id: %s }
                  c: { login: vm, account-id: %s }
                """.formatted(ID, ID)))
                .containsExactly(
                        "broker.yaml:4:15: accounts.b.login: names an account that logs in by api-key, which is good for"
                                + " one IBM Cloud account only (expected one that logs in by password, passcode or"
                                + " refresh-token): give this account an api-key: of its own",
                        "broker.yaml:5:15: accounts.c.login: names an account that logs in by trusted-profile, which is"
                                + " good for one IBM Cloud account only (expected one that logs in by password, passcode"
                                + " or refresh-token): give this account a trusted-profile: of its own");
    }

    @Test
    void load_sharedLogin_livesInTheOwnersCloud() {
        BrokerConfig config = fixture.config("""
                accounts:
                  b: { login: dev, account-id: %s }
                  dev: { passcode: {}, cloud: bluemix-2019, endpoints: { iam: https://iam.example } }
                """.formatted(ID));

        AccountConfig shared = config.accounts().getFirst();
        assertThat(shared.account().cloud()).isEqualTo(Cloud.BLUEMIX_2019);
        assertThat(shared.account().uaa()).isTrue();
        assertThat(shared.endpoints().iam()).isEqualTo(URI.create("https://iam.example"));
    }

    @Test
    void load_brokenOwner_isToldOnce() {
        assertThat(
                        fixture.problems(
                                "accounts:\n  dev: { password: { username: ops, password: { file: nowhere } } }\n  b: { login: dev }\n"))
                .containsExactly(
                        "broker.yaml:2:55: accounts.dev.password.password.file: no such file (expected a file that holds the secret)");
    }

    @Test
    void load_sharedLoginWithoutAccountId_isWarnedOf() {
        assertThat(fixture.warnings("accounts:\n  dev: { passcode: {} }\n  b: { login: dev }\n"))
                .singleElement()
                .asString()
                .startsWith("broker.yaml:3:6: accounts.b: shares a login without an account-id");
    }

    @Test
    void load_badAccountIdAliasAndProfile_areProblems() {
        assertThat(fixture.problems("""
                accounts:
                  Prod: { passcode: {} }
                  a: { passcode: {}, account-id: 0123 }
                  b: { trusted-profile: { profile-name: x, profile-id: y, cr-token-file: token } }
                  c: { trusted-profile: { profile-name: x } }
                  d: { passcode: { code: x } }
                  e: { passcode: "abc" }
                  f: { passcode: {}, uaa: yes }
                  g:
                """))
                .hasSize(8)
                .anyMatch(text -> text.contains("accounts.Prod: is no account alias"))
                .anyMatch(text ->
                        text.contains("accounts.a.account-id: is no account ID (expected 32 hexadecimal digits)"))
                .anyMatch(text -> text.contains("accounts.b.trusted-profile: names the profile more than once"))
                .anyMatch(text -> text.contains("accounts.c.trusted-profile.cr-token-file: is missing"))
                .anyMatch(text -> text.contains("accounts.d.passcode.code: unknown key (expected nothing here)"))
                .anyMatch(text -> text.contains("accounts.e.passcode: a passcode is good for one use"))
                .anyMatch(text -> text.contains("accounts.f.uaa: is neither true nor false"))
                .anyMatch(text -> text.contains("accounts.g: has no login"));
    }

    @Test
    void load_accountIdOfDigitsOnly_isNoNumber() {
        String digits = "01234567890123456789012345678901";
        assertThat(fixture.config("accounts: { a: { passcode: {}, account-id: " + digits + " } }\n")
                        .accounts()
                        .getFirst()
                        .account()
                        .accountId())
                .isEqualTo(digits);
    }

    @Test
    void load_refreshTooLate_isAContradiction() {
        assertThat(fixture.problems(DEV + "refresh: { at: 0.9, jitter: 0.2 }\n"))
                .singleElement()
                .asString()
                .contains("refresh: at and jitter together leave no time for a retry");
    }

    @Test
    void load_caFile_mustHoldCertificates() {
        fixture.write("ca.pem", "-----BEGIN CERTIFICATE-----\n", "rw-r--r--");
        assertThat(fixture.config(DEV + "endpoints: { ca-file: ca.pem }\n")
                        .endpoints()
                        .caFile())
                .isEqualTo(dir.resolve("ca.pem"));
        assertThat(fixture.problems(DEV + "endpoints: { ca-file: key }\n"))
                .singleElement()
                .asString()
                .contains("endpoints.ca-file: holds no certificate");
        assertThat(fixture.problems(DEV + "endpoints: { ca-file: nowhere }\n"))
                .singleElement()
                .asString()
                .contains("endpoints.ca-file: no such file");
    }

    @Test
    void load_fileThatEverybodyCanWrite_isWarnedOf() {
        fixture.write("broker.yaml", DEV, "rw-rw-rw-");
        Loading loading = new ConfigLoader(fixture.surroundings, ImpliedEndpoints.UNKNOWN).load(fixture.places());
        assertThat(loading)
                .isInstanceOfSatisfying(
                        Loading.Loaded.class,
                        loaded -> assertThat(loaded.warnings())
                                .extracting(Problem::text)
                                .containsExactly(
                                        fixture.file + ": is writable by everybody, mode 0666 (expected 0644)"));
    }

    @Test
    void load_thousandsOfAccounts_readsThemAll() {
        var yaml = new StringBuilder("accounts:\n");
        for (int i = 0; i < 2_000; i++) {
            yaml.append("  a")
                    .append(i)
                    .append(": { passcode: {}, account-id: ")
                    .append(ID)
                    .append(" }\n");
        }
        assertThat(fixture.config(yaml.toString()).accounts()).hasSize(2_000);
    }

    @Test
    void processIdentity_status_givesTheEffectiveOnes() {
        assertThat(ProcessIdentity.parse(
                        List.of("Name:\tx", "Uid:\t1\t2\t3\t4", "Gid:\t5\t6\t7\t8", "Groups:\t9 4294967294 ")))
                .isEqualTo(new ProcessIdentity(2, Set.of(6, 9, -2)));
    }

    @Test
    void fileMode_bits_areShownAndListed() {
        assertThat(new FileMode(0640)).hasToString("0640");
        assertThat(PosixFilePermissions.toString(new FileMode(0751).permissions()))
                .isEqualTo("rwxr-x--x");
    }
}

package dev.iambroker.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EffectiveConfigTest {
    private static final String YAML = """
            accounts:
              prod:
                api-key: { file: key }
                endpoints: { region: eu-de }
              b: { login: dev, account-id: 0123456789abcdef0123456789abcdef }
              dev: { passcode: {} }
            endpoints:
              accounts: https://accounts.example
            kube: { keep-warm: 90m }
            clients:
              - { name: ci, match: { group: developers }, allow: [ "access:prod" ] }
            """;

    @TempDir
    Path dir;

    private ConfigFixture fixture;

    @BeforeEach
    void makeFixture() {
        fixture = new ConfigFixture(dir);
        fixture.secret("key", "k-1");
    }

    @Test
    void settings_eachValue_hasItsOrigin() {
        assertThat(fixture.value(YAML, "cloud")).isEqualTo("ibm-cloud from default");
        assertThat(fixture.value(YAML, "accounts.prod.api-key"))
                .isEqualTo("{file: " + dir + "/key} from broker.yaml:3");
        assertThat(fixture.value(YAML, "accounts.prod.uaa")).isEqualTo("false from cloud ibm-cloud");
        assertThat(fixture.value(YAML, "accounts.prod.endpoints.region")).isEqualTo("eu-de from broker.yaml:4");
        assertThat(fixture.value(YAML, "accounts.prod.endpoints.accounts"))
                .isEqualTo("https://accounts.example from broker.yaml:8");
        assertThat(fixture.value(YAML, "accounts.prod.endpoints.iam")).isEqualTo("null from cloud ibm-cloud");
        assertThat(fixture.value(YAML, "accounts.b.login")).isEqualTo("dev from broker.yaml:5");
        assertThat(fixture.value(YAML, "kube.keep-warm")).isEqualTo("90m from broker.yaml:9");
        assertThat(fixture.value(YAML, "kube.expiry-margin")).isEqualTo("45s from default");
        assertThat(fixture.value(YAML, "clients[0].match.group")).isEqualTo("developers (2001) from broker.yaml:11");
        assertThat(fixture.value(YAML, "clients[0].allow")).isEqualTo("[access:prod] from broker.yaml:11");
        assertThat(fixture.value(YAML, "listen.unix.path"))
                .isEqualTo(dir + "/run/broker.sock from environment XDG_RUNTIME_DIR");
        assertThat(fixture.value(YAML, "state.dir")).isEqualTo(dir + "/state from environment XDG_STATE_HOME");
    }

    @Test
    void settings_whatACloudImplies_isAsked() {
        fixture.write("broker.yaml", YAML, "rw-------");
        var loader = new ConfigLoader(
                fixture.surroundings,
                (cloud, region) -> new Endpoints(URI.create("https://" + region + ".example"), null, null, null, null));
        assertThat(loader.loadToShow(fixture.places()))
                .isInstanceOfSatisfying(
                        Loading.Loaded.class,
                        loaded -> assertThat(loaded.effective().settings())
                                .contains(new Setting(
                                        "accounts.prod.endpoints.iam", "https://eu-de.example", "cloud ibm-cloud")));
    }

    @Test
    void settings_ofAnAccount_standTogether() {
        List<String> accounts = fixture.loaded(YAML).effective().settings().stream()
                .map(Setting::key)
                .filter(key -> key.startsWith("accounts."))
                .map(key -> key.substring(0, key.indexOf('.', "accounts.".length())))
                .toList();
        assertThat(accounts).isNotEmpty();
        assertThat(accounts.lastIndexOf("accounts.prod")).isLessThan(accounts.indexOf("accounts.b"));
    }

    @Test
    void lines_forPeople_areAligned() {
        var effective = new EffectiveConfig(
                "/b.yaml", List.of(new Setting("cloud", "ibm-cloud", "default"), new Setting("a.long.key", null, "x")));
        assertThat(effective.lines())
                .containsExactly(
                        "KEY         VALUE      ORIGIN", "cloud       ibm-cloud  default", "a.long.key  -          x");
    }

    /** One long path must not break every line of a terminal. */
    @Test
    void lines_longValue_isOutOfLineByItself() {
        String path = "/var/lib/iam-broker/a/long/way/down";
        var effective = new EffectiveConfig(
                "/b.yaml", List.of(new Setting("cloud", "ibm-cloud", "default"), new Setting("dir", path, "x")));
        assertThat(effective.lines())
                .containsExactly(
                        "KEY    VALUE                     ORIGIN",
                        "cloud  ibm-cloud                 default",
                        "dir    " + path + "  x");
    }

    @Test
    void tree_forMachines_isPlain() {
        var effective = new EffectiveConfig("/b.yaml", List.of(new Setting("refresh.at", 0.5, "default")));
        assertThat(effective.tree())
                .containsExactly(
                        Map.entry("file", "/b.yaml"),
                        Map.entry("settings", List.of(Map.of("key", "refresh.at", "value", 0.5, "origin", "default"))));
    }
}

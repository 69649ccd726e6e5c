package dev.iambroker.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PlacesTest {
    private static final Map<String, String> XDG =
            Map.of("XDG_CONFIG_HOME", "/x/config", "XDG_RUNTIME_DIR", "/run/user/7", "XDG_STATE_HOME", "/x/state");
    private static final Map<String, String> SYSTEMD = Map.of(
            "CONFIGURATION_DIRECTORY", "/etc/one:/etc/two",
            "RUNTIME_DIRECTORY", "/run/one:/run/two",
            "STATE_DIRECTORY", "/var/lib/one",
            "XDG_RUNTIME_DIR", "/run/user/7");

    @TempDir
    Path home;

    @Test
    void ofDaemon_root_usesTheMachinesPlaces() {
        assertThat(Places.ofDaemon(XDG, 0, home, null, null))
                .isEqualTo(new Places(
                        place("/etc/iam-broker/broker.yaml", "default"),
                        null,
                        place("/run/iam-broker/broker.sock", "default"),
                        place("/var/lib/iam-broker", "default")));
    }

    @Test
    void ofDaemon_user_usesXdg() {
        assertThat(Places.ofDaemon(XDG, 7, home, null, null))
                .isEqualTo(new Places(
                        place("/x/config/iam-broker/broker.yaml", "environment XDG_CONFIG_HOME"),
                        null,
                        place("/run/user/7/iam-broker/broker.sock", "environment XDG_RUNTIME_DIR"),
                        place("/x/state/iam-broker", "environment XDG_STATE_HOME")));
    }

    @Test
    void ofDaemon_userWithoutXdg_usesItsDefaultsBelowHome() throws Exception {
        Files.createDirectories(home.resolve(".config/iam-broker"));
        Files.createFile(home.resolve(".config/iam-broker/broker.yaml"));
        assertThat(Places.ofDaemon(Map.of("XDG_STATE_HOME", "relative", "XDG_RUNTIME_DIR", ""), 7, home, null, null))
                .isEqualTo(new Places(
                        place(home + "/.config/iam-broker/broker.yaml", "default"),
                        null,
                        place("/run/iam-broker/broker.sock", "default"),
                        place(home + "/.local/state/iam-broker", "default")));
    }

    @Test
    void ofDaemon_systemd_takesTheFirstOfEachList() {
        assertThat(Places.ofDaemon(SYSTEMD, 7, home, null, null))
                .isEqualTo(new Places(
                        place("/etc/one/broker.yaml", "environment CONFIGURATION_DIRECTORY"),
                        null,
                        place("/run/one/broker.sock", "environment RUNTIME_DIRECTORY"),
                        place("/var/lib/one", "environment STATE_DIRECTORY")));
    }

    @Test
    void ofDaemon_flagThenVariable_areStronger() {
        var environment = Map.of("IAM_BROKER_CONFIG", "/v.yaml", "CONFIGURATION_DIRECTORY", "/etc/one");
        assertThat(Places.ofDaemon(environment, 0, home, Path.of("/f.yaml"), Path.of("/f.sock")))
                .satisfies(places -> assertThat(places.config()).isEqualTo(place("/f.yaml", "--config")))
                .satisfies(places -> assertThat(places.socketFlag()).isEqualTo(Path.of("/f.sock")));
        assertThat(Places.ofDaemon(environment, 0, home, null, null).config())
                .isEqualTo(place("/v.yaml", "environment IAM_BROKER_CONFIG"));
    }

    @Test
    void clientSockets_all_areInOrder() {
        var environment = Map.of("IAM_BROKER_SOCKET", "/v.sock", "XDG_RUNTIME_DIR", "/run/user/7");
        assertThat(Places.clientSockets(environment, Path.of("/f.sock")))
                .containsExactly(
                        place("/f.sock", "--socket"),
                        place("/v.sock", "environment IAM_BROKER_SOCKET"),
                        place("/run/user/7/iam-broker/broker.sock", "environment XDG_RUNTIME_DIR"),
                        place("/run/iam-broker/broker.sock", "default"));
        assertThat(Places.clientSockets(Map.of(), null))
                .containsExactly(place("/run/iam-broker/broker.sock", "default"));
    }

    private static Place place(String path, String origin) {
        return new Place(Path.of(path), origin);
    }
}

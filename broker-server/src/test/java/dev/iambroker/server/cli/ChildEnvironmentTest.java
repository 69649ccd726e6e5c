package dev.iambroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ChildEnvironmentTest {
    @Test
    void keptByTheLauncher_restored() {
        var own = Map.of("LC_ALL", "C.UTF-8", "IAM_BROKER_KEPT_LC_ALL", "POSIX", "A", "b");

        assertThat(ChildEnvironment.of(own)).isEqualTo(Map.of("LC_ALL", "POSIX", "A", "b"));
    }

    @Test
    void keptAsNotSet_isNotSet() {
        var own = Map.of("LC_ALL", "C.UTF-8", "IAM_BROKER_KEPT_LC_ALL", "", "A", "b");

        assertThat(ChildEnvironment.of(own)).isEqualTo(Map.of("A", "b"));
    }

    @Test
    void given_isAllOfIt() {
        var builder = new ProcessBuilder("true");
        Map<String, String> wanted = new HashMap<>(builder.environment());
        wanted.remove("PATH");
        wanted.put("HOME", "/elsewhere");
        wanted.put("ADDED", "a");

        ChildEnvironment.give(wanted, builder);

        assertThat(builder.environment()).isEqualTo(wanted);
    }

    @ParameterizedTest
    @CsvSource({
        "http_proxy, -,        -,   127.0.0.1,        127.0.0.1",
        "HTTP_PROXY, a,        -,   'a,127.0.0.1',    'a,127.0.0.1'",
        "all_proxy,  -,        b,   'b,127.0.0.1',    'b,127.0.0.1'",
        "ALL_PROXY,  a,        b,   'a,127.0.0.1',    'b,127.0.0.1'",
        "http_proxy, *,        -,   *,                *",
        "other,      a,        -,   a,                -"
    })
    void proxyThatIsSet_isNotAskedForTheListener(String name, String lower, String upper, String low, String up) {
        Map<String, String> environment = new HashMap<>(Map.of(name, "http://proxy:3128"));
        Map<String, String> expected = new HashMap<>(environment);
        set("no_proxy", lower, environment);
        set("NO_PROXY", upper, environment);
        set("no_proxy", low, expected);
        set("NO_PROXY", up, expected);

        ChildEnvironment.passProxies(environment);

        assertThat(environment).isEqualTo(expected);
    }

    private static void set(String name, String value, Map<String, String> environment) {
        if (!value.equals("-")) {
            environment.put(name, value);
        }
    }

    @Test
    void wordThatIsNoText_isRefusedRatherThanChanged() {
        assertThatThrownBy(() -> ChildEnvironment.requireText(List.of("echo", "Z\uFFFDrich")))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("no text in this locale");
        assertThatCode(() -> ChildEnvironment.requireText(List.of("echo", "Z\u00FCrich")))
                .doesNotThrowAnyException();
    }
}

package dev.iambroker.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A machine of its own in a directory: users, groups, mounts, secrets and a configuration file. */
final class ConfigFixture {
    final Path dir;
    final Path file;
    final Surroundings surroundings;

    ConfigFixture(Path dir) {
        this(dir, Map.of());
    }

    ConfigFixture(Path dir, Map<String, String> environment) {
        this.dir = dir;
        this.file = dir.resolve("broker.yaml");
        write("passwd", "root:x:0:0::/root:/bin/sh\nalice:x:1001:1001::/home/alice:/bin/sh\n", "rw-r--r--");
        write("group", "root:x:0:\ndevelopers:x:2001:alice\nodd:x:4294967294:\n", "rw-r--r--");
        write("mountinfo", "1 0 8:1 / / rw - ext4 /dev/vda rw\n", "rw-r--r--");
        this.surroundings = new Surroundings(
                environment,
                ProcessIdentity.ofThisProcess(),
                dir.resolve("passwd"),
                dir.resolve("group"),
                dir.resolve("mountinfo"),
                List.of(dir.resolve("mounted")));
    }

    Path secret(String name, String value) {
        return write(name, value, "rw-------");
    }

    Path write(String name, String text, String permissions) {
        try {
            Path path = dir.resolve(name);
            Files.createDirectories(path.getParent() == null ? dir : path.getParent());
            Files.writeString(path, text);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
            return path;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Places places() {
        return new Places(
                new Place(file, "--config"),
                null,
                new Place(dir.resolve("run/broker.sock"), "environment XDG_RUNTIME_DIR"),
                new Place(dir.resolve("state"), "environment XDG_STATE_HOME"));
    }

    Loading load(String yaml) {
        write("broker.yaml", yaml, "rw-------");
        return new ConfigLoader(surroundings, ImpliedEndpoints.UNKNOWN).loadToShow(places());
    }

    Loading.Loaded loaded(String yaml) {
        Loading loading = load(yaml);
        assertThat(loading).as(loading.toString()).isInstanceOf(Loading.Loaded.class);
        return (Loading.Loaded) loading;
    }

    BrokerConfig config(String yaml) {
        return loaded(yaml).config();
    }

    /** Every problem without the directory in front. */
    List<String> problems(String yaml) {
        List<Problem> problems = switch (load(yaml)) {
            case Loading.Refused refused -> refused.problems();
            case Loading.Loaded loaded -> List.of();
        };
        return texts(problems);
    }

    List<String> warnings(String yaml) {
        return texts(loaded(yaml).warnings());
    }

    String value(String yaml, String key) {
        return loaded(yaml).effective().settings().stream()
                .filter(setting -> setting.key().equals(key))
                .map(setting -> setting.value() + " from " + setting.origin())
                .collect(Collectors.joining());
    }

    private List<String> texts(List<Problem> problems) {
        return problems.stream()
                .map(problem -> problem.text().replace(dir + "/", ""))
                .toList();
    }
}

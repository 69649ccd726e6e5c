package dev.iambroker.server.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Any text is a configuration, the same each time, or has problems with their places; none repeats a value. What stands
 * for {@code ~} in the input is looked for in the problems, and must not be in what is in force where a secret belongs.
 */
public final class ConfigFuzz {
    private static final String CANARY = "kNaRy!Qx7";
    private static final List<String> SECRETS =
            List.of("api-key", "passcode", "password.password", "refresh-token", "secret", "state.key", "passphrase");

    private static final ConfigFixture FIXTURE = new ConfigFixture(directory(), Map.of("KEY", "k-1"));

    private ConfigFuzz() {}

    private static Path directory() {
        try {
            Path dir = Files.createTempDirectory("config-fuzz");
            Files.writeString(dir.resolve("key"), "k-1");
            return dir.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static void fuzzerTestOneInput(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8).replace("~", CANARY);
        Loading loading = FIXTURE.load(text);
        switch (loading) {
            case Loading.Refused refused -> check(refused, text);
            case Loading.Loaded loaded -> check(loaded, text);
        }
    }

    private static void check(Loading.Refused refused, String text) {
        long lines = 1
                + text.chars()
                        .filter(c -> c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029)
                        .count();
        if (refused.problems().isEmpty()) {
            throw new AssertionError("refused without a problem");
        }
        for (Problem problem : refused.problems()) {
            boolean isPlace = problem.line() == 0 || (problem.line() <= lines && problem.column() > 0);
            if (!isPlace) {
                throw new AssertionError("no such place: " + problem);
            }
            checkWords(problem);
        }
    }

    private static void check(Loading.Loaded loaded, String text) {
        loaded.warnings().forEach(ConfigFuzz::checkWords);
        for (Setting setting : loaded.effective().settings()) {
            boolean isSecret = SECRETS.stream().anyMatch(setting.key()::endsWith);
            String value = String.valueOf(setting.value());
            if (isSecret && !value.startsWith("{") && !value.equals("null")) {
                throw new AssertionError("no reference: " + setting);
            }
        }
        if (!(FIXTURE.load(text) instanceof Loading.Loaded again)
                || !again.effective().equals(loaded.effective())) {
            throw new AssertionError("another configuration at the second reading");
        }
    }

    private static void checkWords(Problem problem) {
        if (problem.message().contains(CANARY) || problem.message().isEmpty()) {
            throw new AssertionError("a problem repeats a value: " + problem);
        }
    }
}

package dev.iambroker.server.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;

/** One reading of one file: what was found wrong, and every value with its origin, in the order of reading. */
final class Reading {
    private final Path file;
    private final Problems problems;
    private final boolean isToBeShown;
    private final List<Setting> settings = new ArrayList<>();

    /** @param isToBeShown whether somebody wants the settings of accounts, of which there may be very many */
    Reading(Path file, Problems problems, boolean isToBeShown) {
        this.file = file;
        this.problems = problems;
        this.isToBeShown = isToBeShown;
    }

    Problems problems() {
        return problems;
    }

    List<Setting> settings() {
        return settings;
    }

    /** Takes back what was noted since there were {@code before} settings. */
    List<Setting> cut(int before) {
        List<Setting> since = settings.subList(before, settings.size());
        var taken = new ArrayList<>(since);
        since.clear();
        return taken;
    }

    /** Where relative paths start. */
    Path base() {
        Path parent = file.getParent();
        return parent == null ? Path.of("/") : parent;
    }

    void set(String key, @Nullable Object value, String origin) {
        note(new Setting(key, value, origin));
    }

    void note(Setting setting) {
        if (isToBeShown || !setting.isOfAccount()) {
            settings.add(setting);
        }
    }

    /** {@code broker.yaml:12}. */
    String origin(Optional<Mark> mark) {
        String name = String.valueOf(file.getFileName());
        return mark.map(at -> name + ":" + YamlText.line(at)).orElse(name);
    }
}

package dev.iambroker.server.config;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Reads a configuration file, whole or not at all: with every problem it has, or as a configuration that can be used.
 * Immutable and thread-safe. Secrets behind files, variables and credentials are looked at, commands are not run.
 */
public final class ConfigLoader {
    private final Surroundings surroundings;
    private final ImpliedEndpoints implied;

    /** @param implied what clouds imply, for the effective configuration alone */
    public ConfigLoader(Surroundings surroundings, ImpliedEndpoints implied) {
        this.surroundings = surroundings;
        this.implied = implied;
    }

    /** Reads the file that {@code places} name. Never throws for what is wrong with it. */
    public Loading load(Places places) {
        return load(places, /* isToBeShown= */ false);
    }

    /** As {@link #load}, with every value of every account in {@link Loading.Loaded#effective}. */
    public Loading loadToShow(Places places) {
        return load(places, /* isToBeShown= */ true);
    }

    private Loading load(Places places, boolean isToBeShown) {
        Path file = places.config().path();
        var problems = new Problems(file.toString());
        var reading = new Reading(file, problems, isToBeShown);
        Node root = root(file, problems);
        if (problems.hasErrors()) {
            return new Loading.Refused(problems.errors());
        }
        warnIfOthersCanWrite(file, problems);
        Section section = section(reading, root);
        BrokerConfig config = section == null ? null : new ConfigReader(surroundings, places, implied).read(section);
        if (config == null || problems.hasErrors()) {
            return new Loading.Refused(problems.errors());
        }
        var effective = new EffectiveConfig(file.toString(), reading.settings());
        return new Loading.Loaded(config, effective, problems.warnings());
    }

    private static @Nullable Node root(Path file, Problems problems) {
        if (Files.isDirectory(file)) {
            // What Docker makes of a file to mount that is not there.
            problems.error(Optional.empty(), "", "is a directory (expected a file; was the one to mount there?)");
            return null;
        }
        try (var in = Files.newInputStream(file)) {
            return new YamlText(problems).parse(in.readNBytes(YamlText.MAX_BYTES + 1));
        } catch (NoSuchFileException e) {
            problems.error(Optional.empty(), "", "no such file (expected the configuration here, or --config FILE)");
        } catch (AccessDeniedException e) {
            problems.error(Optional.empty(), "", "may not be read by this user (expected a readable file)");
        } catch (IOException e) {
            problems.error(
                    Optional.empty(), "", "cannot be read: " + e.getClass().getSimpleName() + " (expected a file)");
        }
        return null;
    }

    /** Whoever writes the file chooses the commands that the daemon runs and the hosts that its secrets go to. */
    private static void warnIfOthersCanWrite(Path file, Problems problems) {
        try {
            FileFacts facts = FileFacts.of(file.toRealPath());
            if (facts.isWritableByOthers()) {
                problems.warning(
                        Optional.empty(),
                        "",
                        "is writable by everybody, mode " + facts.permissions() + " (expected 0644)");
            }
        } catch (IOException e) {
            problems.error(Optional.empty(), "", "vanished while it was read (expected a file at rest)");
        }
    }

    private static @Nullable Section section(Reading reading, @Nullable Node root) {
        if (root instanceof MappingNode mapping) {
            return Section.of(reading, Keys.ROOT, "", mapping);
        }
        var mark = root == null ? Optional.<Mark>empty() : root.getStartMark();
        boolean nothing = root == null || new Entry(reading, "", "", root).isNothing();
        reading.problems()
                .error(
                        mark,
                        "",
                        (nothing ? "is empty" : "is no mapping") + " (expected keys and values, accounts among them)");
        return null;
    }
}

package dev.iambroker.server.config;

import dev.iambroker.server.config.SecretFileRules.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads references to secrets, and refuses the secrets that stand where a reference belongs. */
final class ReferenceReader {
    static final String FORMS =
            "{ file: PATH }, { env: NAME }, { credential: NAME } or { command: [PROGRAM, ARGUMENT…] }";
    private static final int MAX_ARGUMENTS = 64;

    private final Map<String, String> environment;
    private final SecretFileRules rules;

    ReferenceReader(Surroundings surroundings) {
        this.environment = surroundings.environment();
        this.rules = SecretFileRules.in(surroundings);
    }

    /**
     * Reads, checks and notes a reference; null after a problem.
     *
     * @param example the name that a file with this secret could have
     */
    @Nullable
    Reference read(Entry entry, String example) {
        if (entry.isScalar()) {
            String key = entry.path().substring(entry.path().lastIndexOf('.') + 1);
            entry.error("a literal secret is refused (expected a reference: " + key + ": { file: /run/secrets/"
                    + example + " })");
            return null;
        }
        if (entry.isNothing() || entry.isList()) {
            entry.wrongType(FORMS);
            return null;
        }
        return read(entry, entry.sectionAs(Keys.REFERENCE));
    }

    /** Reads the reference that {@code section} is; null after a problem. */
    @Nullable
    Reference read(Entry entry, Section section) {
        if (section.byName().size() != 1) {
            if (!section.isEmpty() || entry.isEmptyMapping()) {
                entry.error("names " + (section.isEmpty() ? "no" : "more than one")
                        + " place of the secret (expected one of " + FORMS + ")");
            }
            return null;
        }
        Entry place = section.entries().iterator().next();
        Reference reference = reference(place);
        return reference == null ? null : checked(reference, place, entry);
    }

    /** The token that a platform puts into a file, read with warnings where others' secrets are refused. */
    @Nullable
    Reference platformToken(Entry entry) {
        Path path = entry.quietly(new PathScalar(entry.reading().base()));
        return path == null ? null : checked(new SecretFile(path, Kind.PLATFORM_TOKEN, rules), entry, entry);
    }

    private @Nullable Reference reference(Entry place) {
        return switch (place.path().substring(place.path().lastIndexOf('.') + 1)) {
            case "file" -> file(place);
            case "env" -> {
                String name = place.quietly(TextScalar.VARIABLE);
                yield name == null ? null : new SecretVariable(name, environment);
            }
            case "credential" -> {
                String name = place.quietly(TextScalar.CREDENTIAL);
                yield name == null ? null : new SecretCredential(name, environment, rules);
            }
            default -> command(place);
        };
    }

    private @Nullable Reference file(Entry place) {
        Path path = place.quietly(new PathScalar(place.reading().base()));
        return path == null ? null : new SecretFile(path, Kind.ORDINARY, rules);
    }

    private @Nullable Reference command(Entry place) {
        List<String> argv = argv(place);
        return argv == null ? null : new SecretCommand(argv, environment, SecretCommand.LIMIT);
    }

    /** The words of a command, its program by an absolute path where it is named by one; null after a problem. */
    static @Nullable List<String> argv(Entry place) {
        List<Entry> items = place.items("a list: [PROGRAM, ARGUMENT…], for there is no shell to take a line apart");
        var argv = new ArrayList<String>();
        for (Entry item : items) {
            String argument =
                    item.quietly(new TextScalar("holds a zero byte", "a text", text -> text.indexOf('\0') < 0));
            if (argument != null) {
                argv.add(argument);
            }
        }
        if (!place.isList() || argv.size() != items.size()) {
            return null;
        }
        if (argv.isEmpty() || argv.size() > MAX_ARGUMENTS || argv.getFirst().isEmpty()) {
            place.error("is no command (expected [PROGRAM, ARGUMENT…], at most " + MAX_ARGUMENTS + " words)");
            return null;
        }
        String program = argv.getFirst();
        if (program.indexOf('/') >= 0) {
            argv.set(0, place.reading().base().resolve(program).normalize().toString());
        }
        return argv;
    }

    private static Reference checked(Reference reference, Entry place, Entry entry) {
        switch (reference.check()) {
            case Verdict.Good good -> {}
            case Verdict.Risky risky -> place.warning(risky.reason());
            case Verdict.Bad bad -> place.error(bad.reason());
        }
        entry.reading().set(entry.path(), reference.written(), place.origin());
        return reference;
    }
}

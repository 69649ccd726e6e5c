package dev.iambroker.server.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The user's kubeconfig on disk: at every moment either the old file or the new one, never readable by others. */
final class KubeconfigFile {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final Path path;

    KubeconfigFile(Path path) {
        this.path = path;
    }

    /** The file that is named, else the one that kubectl would change. */
    static KubeconfigFile of(String named, Surroundings around) {
        try {
            return new KubeconfigFile(named.isEmpty() ? usual(around) : Path.of(named));
        } catch (InvalidPathException invalid) {
            throw new CommandFailure(
                    ExitCode.USAGE, "the kubeconfig to merge into is not a path: check --merge and KUBECONFIG");
        }
    }

    private static Path usual(Surroundings around) {
        return all(around).getFirst();
    }

    /** Those that kubectl reads, in its order; never none, and not all need exist. */
    static List<Path> all(Surroundings around) {
        var files = new ArrayList<Path>();
        for (var entry : around.environment().getOrDefault("KUBECONFIG", "").split(":")) {
            if (!entry.isEmpty()) {
                files.add(Path.of(entry));
            }
        }
        if (files.isEmpty()) {
            var home = around.environment().getOrDefault("HOME", System.getProperty("user.home"));
            files.add(Path.of(home, ".kube", "config"));
        }
        return files;
    }

    /**
     * Merges {@code document} into the file and says what was done.
     *
     * @throws CommandFailure when an entry would be changed without {@code overwrite}, or the file cannot be written
     */
    String merge(KubeconfigDocument document, boolean overwrite, Instant now) {
        try {
            return mergeLocked(document, overwrite, now);
        } catch (FileAlreadyExistsException taken) {
            throw new CommandFailure(
                    ExitCode.FAILURE,
                    "another program is changing " + path + ": try again, or remove " + taken.getFile()
                            + " if none is running");
        } catch (CharacterCodingException notText) {
            throw new CommandFailure(ExitCode.FAILURE, path + " is not UTF-8 text: nothing was changed");
        } catch (IOException failure) {
            throw new CommandFailure(
                    ExitCode.FAILURE,
                    "cannot change " + path + " (" + failure.getClass().getSimpleName()
                            + "): check that you may write to it and its directory");
        }
    }

    /** kubectl takes the same lock: a file of this name, made only where there is none. */
    private String mergeLocked(KubeconfigDocument document, boolean overwrite, Instant now) throws IOException {
        var target = target();
        var lock = Files.createFile(sibling(target, ".lock"));
        try {
            return merge(target, document, overwrite, now);
        } finally {
            Files.delete(lock);
        }
    }

    /** Behind a link, the file that it leads to is replaced, not the link. */
    private Path target() throws IOException {
        var absolute = path.toAbsolutePath();
        if (Files.exists(absolute)) {
            return absolute.toRealPath();
        }
        var directory = absolute.getParent();
        if (directory != null && !Files.isDirectory(directory)) {
            var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
            Files.createDirectories(directory, ownerOnly);
        }
        return absolute;
    }

    private String merge(Path target, KubeconfigDocument document, boolean overwrite, Instant now) throws IOException {
        if (!Files.exists(target)) {
            replace(target, document.text());
            return "wrote " + target;
        }
        var merged = KubeconfigDocument.parse(Files.readString(target), target.toString());
        requireNoConflict(merged, document, overwrite);
        if (!merged.merge(document, overwrite)) {
            return target + " already holds this";
        }
        var backup = sibling(target, ".bak-" + STAMP.format(now));
        write(backup, Files.readAllBytes(target));
        replace(target, merged.text());
        return "merged into " + target + "; the former one is " + backup;
    }

    private void requireNoConflict(KubeconfigDocument mine, KubeconfigDocument document, boolean overwrite) {
        var conflicts = mine.conflicts(document);
        if (!overwrite && !conflicts.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.FAILURE,
                    path + " already has " + String.join(", ", conflicts)
                            + " with other content: nothing was changed; --overwrite replaces, --merge=FILE writes elsewhere");
        }
    }

    private static void replace(Path target, String text) throws IOException {
        var temporary = sibling(target, ".tmp-" + ProcessHandle.current().pid());
        try {
            write(temporary, text.getBytes(StandardCharsets.UTF_8));
            keepOwner(target, temporary);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
        syncDirectory(target);
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (var channel = FileChannel.open(file, options, ownerOnly)) {
            var buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
    }

    /** Under sudo, the file stays its owner's. */
    private static void keepOwner(Path target, Path temporary) throws IOException {
        if (Files.exists(target) && !Files.getOwner(target).equals(Files.getOwner(temporary))) {
            Files.setOwner(temporary, Files.getOwner(target));
        }
    }

    private static void syncDirectory(Path file) throws IOException {
        try (var directory = FileChannel.open(file.resolveSibling("."), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    private static Path sibling(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }
}

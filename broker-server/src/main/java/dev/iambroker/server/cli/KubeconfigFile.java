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
import java.nio.file.attribute.PosixFilePermission;
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
    private final boolean usual;

    private KubeconfigFile(Path path, boolean usual) {
        this.path = path;
        this.usual = usual;
    }

    /** The file that is named, else the one that kubectl would change. */
    static KubeconfigFile of(String named, Surroundings around) {
        try {
            return named.isEmpty()
                    ? new KubeconfigFile(all(around).getFirst(), true)
                    : new KubeconfigFile(Path.of(named), false);
        } catch (InvalidPathException invalid) {
            throw new CommandFailure(
                    ExitCode.USAGE, "the kubeconfig to merge into is not a path: check --merge and KUBECONFIG");
        }
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
        if (Files.isDirectory(absolute)) {
            throw new CommandFailure(
                    ExitCode.FAILURE, path + " is a directory: name a file in it, such as " + path.resolve("config"));
        }
        if (Files.exists(absolute)) {
            return absolute.toRealPath();
        }
        var directory = absolute.getParent();
        if (directory != null && !Files.isDirectory(directory)) {
            make(directory);
        }
        return absolute;
    }

    private static void make(Path directory) {
        var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        try {
            Files.createDirectories(directory, ownerOnly);
        } catch (IOException failure) {
            throw new CommandFailure(
                    ExitCode.FAILURE,
                    "cannot make the directory " + directory + " ("
                            + failure.getClass().getSimpleName()
                            + "): check that you may write above it, and that no file is in its way");
        }
    }

    private String merge(Path target, KubeconfigDocument document, boolean overwrite, Instant now) throws IOException {
        var isThere = Files.exists(target);
        var merged = KubeconfigDocument.parse(isThere ? Files.readString(target) : "", target.toString());
        var conflicts = merged.conflicts(document);
        if (!overwrite && !conflicts.isEmpty()) {
            throw conflict(conflicts);
        }
        var report = MergeReport.of(merged, document, conflicts, usual ? null : path);
        var isChanged = merged.merge(document, overwrite);
        var told = PlainText.of(report.text(document.contexts(), merged.currentContext()));
        if (!isThere) {
            replace(target, document.text());
            return "wrote " + target + "\n" + told;
        }
        if (!isChanged) {
            return target + " already holds this\n" + told;
        }
        var backup = freeBackup(target, now);
        write(backup, Files.readAllBytes(target), mode(target));
        replace(target, merged.text());
        return "merged into " + target + "; the former one is " + backup + "\n" + told;
    }

    /** A script merges more than once a second. The lock is held. */
    private static Path freeBackup(Path target, Instant now) {
        var name = ".bak-" + STAMP.format(now);
        var backup = sibling(target, name);
        for (var number = 2; Files.exists(backup); number++) {
            backup = sibling(target, name + "-" + number);
        }
        return backup;
    }

    private CommandFailure conflict(List<String> conflicts) {
        return new CommandFailure(
                ExitCode.FAILURE,
                path + " already has " + String.join(", ", conflicts)
                        + " with other content: nothing was changed; --overwrite replaces, --merge=FILE writes elsewhere");
    }

    private static void replace(Path target, String text) throws IOException {
        var temporary = sibling(target, ".tmp-" + ProcessHandle.current().pid());
        try {
            write(temporary, text.getBytes(StandardCharsets.UTF_8), mode(target));
            keepOwner(target, temporary);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
        syncDirectory(target);
    }

    /** The file's own where nobody else may read it, and else what is left of it without the others. */
    private static Set<PosixFilePermission> mode(Path file) throws IOException {
        var mode = PosixFilePermissions.fromString("rw-------");
        if (Files.exists(file)) {
            mode.retainAll(Files.getPosixFilePermissions(file));
        }
        return mode;
    }

    private static void write(Path file, byte[] bytes, Set<PosixFilePermission> mode) throws IOException {
        var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (var channel = FileChannel.open(file, options, PosixFilePermissions.asFileAttribute(mode))) {
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

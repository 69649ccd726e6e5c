package dev.iambroker.server.cli;

import dev.iambroker.secret.Secret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Map;

/**
 * A secret that is good as long as this process lives, in a file for programs that read it there. Closing removes the file
 * and its directory. Where that comes to nothing, since the process was killed, what is left is good for nothing.
 */
final class OneTimeSecret implements AutoCloseable {
    private static final int BYTES = 32;

    private final Secret secret;
    private final Path directory;
    private final Path file;

    private OneTimeSecret(Secret secret, Path directory, Path file) {
        this.secret = secret;
        this.directory = directory;
        this.file = file;
    }

    /** @throws CommandFailure where there is no place for it */
    static OneTimeSecret create(Map<String, String> environment) {
        Path parent = parent(environment);
        try {
            Path directory = Files.createTempDirectory(
                    parent,
                    "iam-broker-exec-",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            return write(directory.toAbsolutePath());
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.FAILURE,
                    "a file for the listener's secret cannot be written below " + parent
                            + ": set XDG_RUNTIME_DIR or TMPDIR to a directory that this user may write to");
        }
    }

    /** The user's own place in memory, or where temporary files go. */
    private static Path parent(Map<String, String> environment) {
        Path runtime = Path.of(environment.getOrDefault("XDG_RUNTIME_DIR", ""));
        if (runtime.isAbsolute() && isOwn(runtime) && Files.isWritable(runtime)) {
            return runtime;
        }
        Path temporary = Path.of(environment.getOrDefault("TMPDIR", ""));
        return temporary.isAbsolute() ? temporary : Path.of("/tmp");
    }

    /** After {@code su} it is another user's, who could put another directory in the place of ours while we write and remove. */
    private static boolean isOwn(Path place) {
        try {
            return Files.getAttribute(place, "unix:uid").equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException unknown) {
            return false;
        }
    }

    private static OneTimeSecret write(Path directory) throws IOException {
        Path file = directory.resolve("secret");
        byte[] random = new byte[BYTES];
        new SecureRandom().nextBytes(random);
        byte[] text = Base64.getUrlEncoder().withoutPadding().encode(random);
        try (var channel = Files.newByteChannel(
                file,
                EnumSet.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            channel.write(ByteBuffer.wrap(text));
        }
        return new OneTimeSecret(Secret.taking(text), directory, file);
    }

    Secret secret() {
        return secret;
    }

    Path file() {
        return file;
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(file);
            Files.deleteIfExists(directory);
        } catch (IOException left) {
            // Whatever is left is no secret of anything any more.
        }
    }
}

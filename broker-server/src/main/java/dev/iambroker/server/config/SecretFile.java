package dev.iambroker.server.config;

import dev.iambroker.secret.Secret;
import dev.iambroker.secret.SecretUnavailable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A secret in a file of its own.
 *
 * <p>Java offers no {@code fstat}, so the file is judged by its path before and after it is read: whoever swaps it in
 * between is noticed by device and inode, and the reading starts again. A mounted secret is swapped like that at every
 * rotation.
 */
final class SecretFile implements Reference {
    private static final int ATTEMPTS = 3;

    private final Path path;
    private final SecretFileRules.Kind kind;
    private final SecretFileRules rules;

    /** @param path absolute */
    SecretFile(Path path, SecretFileRules.Kind kind, SecretFileRules rules) {
        this.path = path;
        this.kind = kind;
        this.rules = rules;
    }

    Path path() {
        return path;
    }

    @Override
    public Verdict check() {
        try {
            Path real = path.toRealPath();
            Verdict verdict = rules.judge(real, FileFacts.of(real), kind);
            boolean unreadable = !(verdict instanceof Verdict.Bad) && !Files.isReadable(real);
            return unreadable ? new Verdict.Bad(reason(new AccessDeniedException(""))) : verdict;
        } catch (IOException e) {
            return new Verdict.Bad(reason(e));
        }
    }

    @Override
    public Secret read() {
        return read(describe());
    }

    Secret read(String description) {
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                byte[] bytes = readUnlessSwapped(description);
                if (bytes != null) {
                    return wiped(bytes, description);
                }
            }
        } catch (IOException e) {
            throw new SecretUnavailable(description + ": " + reason(e), e);
        }
        throw new SecretUnavailable(description + ": changes faster than it can be read (expected a file at rest)");
    }

    private byte @Nullable [] readUnlessSwapped(String description) throws IOException {
        Path real = path.toRealPath();
        FileFacts before = FileFacts.of(real);
        if (rules.judge(real, before, kind) instanceof Verdict.Bad bad) {
            throw new SecretUnavailable(description + ": " + bad.reason());
        }
        try (InputStream in = Files.newInputStream(real, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(SecretText.MAX_BYTES + 1);
            return isStill(before, real) ? bytes : null;
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private static boolean isStill(FileFacts before, Path real) throws IOException {
        return FileFacts.of(real).equals(before);
    }

    private static Secret wiped(byte[] bytes, String description) {
        try {
            return SecretText.of(bytes, description);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> "no such file (expected a file that holds the secret)";
            case AccessDeniedException denied -> "may not be read by this user (expected a file of the daemon's own)";
            default -> "cannot be read: " + e.getClass().getSimpleName();
        };
    }

    @Override
    public String describe() {
        return "file " + path;
    }

    @Override
    public String written() {
        return "{file: " + path + "}";
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SecretFile file && path.equals(file.path) && kind == file.kind;
    }

    @Override
    public int hashCode() {
        return path.hashCode();
    }

    @Override
    public String toString() {
        return describe();
    }
}

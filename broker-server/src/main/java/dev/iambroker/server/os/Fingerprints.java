package dev.iambroker.server.os;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of program files, each read once as long as it stays as it is. Blocks on disks. Thread-safe, bounded. */
public final class Fingerprints {
    private static final int REMEMBERED = 1024;

    /** No program that asks for tokens is larger; a sparse file of any size is made in a moment. */
    private static final long LARGEST = 1L << 30;

    private static final int CHUNK = 64 * 1024;

    private final Cache<FileState, String> known = Caffeine.newBuilder()
            .maximumSize(REMEMBERED)
            .executor(Runnable::run)
            .build();

    /**
     * Of the file's content, in lower-case hexadecimal.
     *
     * @throws IOException if it cannot be read, changes meanwhile or is too large
     */
    public String sha256(Path file) throws IOException {
        FileState state = FileState.of(file);
        String sha256 = known.getIfPresent(state);
        if (sha256 == null) {
            sha256 = read(file, state);
            known.put(state, sha256);
        }
        return sha256;
    }

    /** How many files were read and are remembered. */
    long remembered() {
        return known.estimatedSize();
    }

    private static String read(Path file, FileState expected) throws IOException {
        if (expected.size() > LARGEST) {
            throw new IOException("the program is larger than " + (LARGEST >> 30) + " GiB");
        }
        String sha256 = digest(file);
        if (!FileState.of(file).equals(expected)) {
            throw new IOException("the program changed while it was read");
        }
        return sha256;
    }

    private static String digest(Path file) throws IOException {
        MessageDigest digest = sha256();
        byte[] chunk = new byte[CHUNK];
        try (InputStream content = Files.newInputStream(file)) {
            for (int read = content.read(chunk); read >= 0; read = content.read(chunk)) {
                digest.update(chunk, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}

package dev.iambroker.server.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FingerprintsTest {
    /** Of the text "abc", FIPS 180-2. */
    private static final String OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    private final Fingerprints fingerprints = new Fingerprints();

    @TempDir
    Path dir;

    @Test
    void sha256_fileThatStaysAsItIs_isReadOnce() throws IOException {
        Path file = Files.writeString(dir.resolve("program"), "abc");
        Files.createSymbolicLink(dir.resolve("link"), file);

        assertThat(fingerprints.sha256(file)).isEqualTo(OF_ABC);
        assertThat(fingerprints.sha256(dir.resolve("link"))).isEqualTo(OF_ABC);
        assertThat(fingerprints.remembered()).isEqualTo(1);
    }

    @Test
    void sha256_fileWithOtherContent_isReadAgain() throws IOException {
        Path file = Files.writeString(dir.resolve("program"), "abc");
        String before = fingerprints.sha256(file);
        Files.writeString(file, "abcd");
        String changed = fingerprints.sha256(file);
        Files.delete(file);
        Files.writeString(dir.resolve("another"), "keeps the inode from being used again at once");
        Files.writeString(file, "abc");

        assertThat(changed).isNotEqualTo(before);
        assertThat(fingerprints.sha256(file)).isEqualTo(before);
    }

    @Test
    void sha256_largerThanAnyProgram_isNotRead() throws IOException {
        Path sparse = dir.resolve("sparse");
        try (var file = new RandomAccessFile(sparse.toFile(), "rw")) {
            file.setLength((1L << 30) + 1);
        }
        assertThatThrownBy(() -> fingerprints.sha256(sparse))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("larger than 1 GiB");
    }
}

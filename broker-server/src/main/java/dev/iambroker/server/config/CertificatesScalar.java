package dev.iambroker.server.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The path of a file of PEM certificates, which is looked into. */
record CertificatesScalar(PathScalar paths) implements Scalar<Path> {
    private static final String FIRST_LINE = "-----BEGIN CERTIFICATE-----";
    private static final int MAX_BYTES = 4 * 1024 * 1024;

    @Override
    public Path read(String text, boolean plain) throws Unacceptable {
        Path path = paths.read(text, plain);
        // A pipe would be waited for, for ever.
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new Unacceptable("is no regular file");
        }
        try (var in = Files.newInputStream(path)) {
            // As bytes: the comments of a bundle are in any encoding.
            String content = new String(in.readNBytes(MAX_BYTES), StandardCharsets.ISO_8859_1);
            if (!content.contains(FIRST_LINE)) {
                throw new Unacceptable("holds no certificate");
            }
            return path;
        } catch (NoSuchFileException e) {
            throw new Unacceptable("no such file");
        } catch (IOException e) {
            throw new Unacceptable("cannot be read: " + e.getClass().getSimpleName());
        }
    }

    @Override
    public String expected() {
        return "a file with PEM certificates";
    }
}

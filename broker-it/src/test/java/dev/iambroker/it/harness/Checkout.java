package dev.iambroker.it.harness;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Where the build under test lies. */
public final class Checkout {
    private Checkout() {}

    /** The root of the sources. */
    public static Path root() {
        return Path.of(System.getProperty("iam-broker.checkout", ".."))
                .toAbsolutePath()
                .normalize();
    }

    /** The exploded distribution: {@code bin}, {@code lib}, {@code etc}. */
    public static Path distribution() {
        return built(root().resolve("broker-server/target/dist"));
    }

    /** The launcher of the distribution. */
    public static Path launcher() {
        return built(distribution().resolve("bin/iam-broker"));
    }

    /** The exec plugin as it was built: the native client, or its Java twin where there was no C compiler. */
    public static Path plugin() {
        return built(distribution().resolve("bin/iam-broker-credential"));
    }

    public static Path tarball() throws IOException {
        return packaged("iam-broker-*.tar.gz");
    }

    public static Path debianPackage() throws IOException {
        return packaged("iam-broker_*.deb");
    }

    /** The first commands that a document has behind that text, as they stand there; comments after them are cut off. */
    public static List<String> commands(String document, String behind) throws IOException {
        String text = Files.readString(root().resolve(document));
        return text.substring(text.indexOf(behind))
                .lines()
                .dropWhile(line -> !isCommand(line))
                .takeWhile(Checkout::isCommand)
                .map(line -> line.replaceFirst(" +# .*", "").strip())
                .toList();
    }

    private static boolean isCommand(String line) {
        return line.startsWith("    ");
    }

    private static Path packaged(String pattern) throws IOException {
        Path target = root().resolve("broker-server/target");
        try (DirectoryStream<Path> found = Files.newDirectoryStream(target, pattern)) {
            for (Path file : found) {
                return file;
            }
        }
        return built(target.resolve(pattern));
    }

    private static Path built(Path path) {
        if (!Files.exists(path)) {
            throw new AssertionError(path + " is not there: run 'mvn -q -DskipTests package' first");
        }
        return path;
    }
}

package dev.iambroker.credential;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What {@code dev/fuzz} kept for the C client's targets. */
final class FuzzCorpus {

    private FuzzCorpus() {}

    static List<Path> files(String target) throws IOException {
        try (var files = Files.list(Path.of("src/test/fuzz").resolve(target))) {
            return files.sorted().toList();
        }
    }

    static List<byte[]> of(String target) throws IOException {
        var inputs = new ArrayList<byte[]>();
        for (var file : files(target)) {
            inputs.add(Files.readAllBytes(file));
        }
        return inputs;
    }
}

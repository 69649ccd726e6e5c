package dev.iambroker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every target of {@code dev/fuzz} over what was kept of its runs, those that once failed among them. A folder of
 * {@code src/test/fuzz} has its target's class as its name.
 */
final class FuzzCorpusTest {
    private static final Path CORPUS = Path.of("src/test/fuzz");
    private static final Path SOURCES = Path.of("src/test/java");

    static List<String> targets() throws IOException {
        return namesIn(CORPUS);
    }

    @ParameterizedTest
    @MethodSource("targets")
    void corpus_eachInput_keepsTheTargetsPromise(String target) throws Exception {
        Method run = Class.forName(target).getMethod("fuzzerTestOneInput", byte[].class);
        List<String> inputs = namesIn(CORPUS.resolve(target));
        assertThat(inputs).hasSizeGreaterThan(4);
        for (String name : inputs) {
            byte[] input = Files.readAllBytes(CORPUS.resolve(target).resolve(name));
            assertThatCode(() -> run(run, input)).as("%s on %s", target, name).doesNotThrowAnyException();
        }
    }

    @Test
    void targets_eachThereIs_hasACorpus() throws IOException {
        try (Stream<Path> sources = Files.walk(SOURCES)) {
            List<String> classes = sources.filter(file -> file.toString().endsWith("Fuzz.java"))
                    .map(file -> SOURCES.relativize(file).toString())
                    .map(name -> name.substring(0, name.lastIndexOf('.')).replace('/', '.'))
                    .sorted()
                    .toList();
            assertThat(targets()).isEqualTo(classes);
        }
    }

    private static void run(Method target, byte[] input) throws Throwable {
        try {
            target.invoke(null, (Object) input);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }

    private static List<String> namesIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }
}

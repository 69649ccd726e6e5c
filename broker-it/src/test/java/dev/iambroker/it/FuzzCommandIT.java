package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.iambroker.it.harness.Checkout;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code dev/fuzz} says before it fuzzes; what it finds is a matter of minutes, not of a build. */
final class FuzzCommandIT {
    private static final Path JAVA_TARGETS = Checkout.root().resolve("broker-server/src/test/java");
    private static final Path C_TARGETS = Checkout.root().resolve("broker-client/src/main/c");

    private static Ran fuzz(Object... arguments) throws IOException, InterruptedException {
        return Program.of(Checkout.root().resolve("dev/fuzz")).with(arguments).run();
    }

    /** A target without a folder would never run, a folder without a target never be read. */
    @Test
    void list_everyTargetThereIsAndNoOther() throws Exception {
        Ran listed = fuzz("--list");

        assertThat(listed.exitCode()).as(listed.all()).isZero();
        assertThat(listed.out().lines().toList())
                .containsExactlyInAnyOrderElementsOf(Stream.concat(javaTargets().stream(), cTargets().stream())
                        .toList());
    }

    private static List<String> javaTargets() throws IOException {
        try (Stream<Path> files = Files.walk(JAVA_TARGETS)) {
            return files.filter(file -> file.toString().endsWith("Fuzz.java"))
                    .map(file -> JAVA_TARGETS.relativize(file).toString())
                    .map(name -> name.replace(".java", "").replace('/', '.'))
                    .toList();
        }
    }

    private static List<String> cTargets() throws IOException {
        try (Stream<Path> files = Files.list(C_TARGETS)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("fuzz_"))
                    .map(name -> name.substring("fuzz_".length(), name.length() - ".c".length()))
                    .toList();
        }
    }

    @Test
    void target_unknown_exit2AndTheCommandThatListsThem() throws Exception {
        Ran ran = fuzz("--seconds", "1", "no-such-target");

        assertThat(ran.exitCode()).as(ran.all()).isEqualTo(2);
        assertThat(ran.err()).isEqualTo("dev/fuzz: no target 'no-such-target': see dev/fuzz --list\n");
        assertThat(ran.out()).isEmpty();
    }

    @Test
    void option_unknownOrNoNumber_exit2AndTheUsage() throws Exception {
        for (List<String> arguments :
                List.of(List.of("--second", "1"), List.of("--seconds", "x"), List.of("--seconds"))) {
            Ran ran = fuzz(arguments.toArray());
            assertThat(ran.exitCode()).as(ran.all()).isEqualTo(2);
            assertThat(ran.err()).contains("dev/fuzz [--seconds N] [--keep] [TARGET…]");
        }
    }

    /** In a checkout of its own, whose one target fails at once. */
    @Test
    void crash_exit1AndWhereItsInputIs(@TempDir Path checkout) throws Exception {
        boolean isThere = Program.shell("command -v clang || ls /usr/bin/clang-[1-9]*")
                        .run()
                        .exitCode()
                == 0;
        assumeTrue(isThere, "no clang: install clang");
        Program.of("cp", "-r", Checkout.root().resolve("dev"), checkout).run();
        Path sources = Files.createDirectories(checkout.resolve("broker-client/src/main/c"));
        for (String shared : List.of("line.c", "json.c", "http.c")) {
            Files.writeString(sources.resolve(shared), "typedef int nothing;\n");
        }
        Files.writeString(sources.resolve("fuzz_crash.c"), """
                #include <stdint.h>
                #include <stdlib.h>

                int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

                int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
                    if (size > 0 && data[0] == 'x') {
                        abort();
                    }
                    return 0;
                }
                """);
        Files.createDirectories(checkout.resolve("broker-server/src/test/fuzz"));
        Files.writeString(
                Files.createDirectories(checkout.resolve("broker-client/src/test/fuzz/crash"))
                        .resolve("seed"),
                "x");
        Ran ran = Program.of(checkout.resolve("dev/fuzz"))
                .with("--seconds", "2", "crash")
                .within(Duration.ofSeconds(60))
                .run();

        assertThat(ran.exitCode()).as(ran.all()).isEqualTo(1);
        assertThat(ran.err().lines().toList()).last().asString().contains("/broker-server/target/fuzz/crash/crash-");
        assertThat(Path.of(ran.err().lines().toList().getLast())).hasContent("x");
    }
}

package dev.iambroker.credential;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The native build on machines without a compiler, with one that does not work, and twice on the same. */
final class BuildScriptTest {

    @TempDir
    Path directory;

    @Test
    void machine_withoutCompiler_goesOnWithoutTheNativeClient() throws Exception {
        Files.writeString(directory.resolve("client"), "an old one");
        assertThat(build("client", toolsWithout(List.of()))).isEqualTo(missing());
        assertThat(directory.resolve("client")).doesNotExist();
        assertThat(directory.resolve("client.missing")).isRegularFile();
    }

    @Test
    void machine_whoseCompilersFail_goesOnWithoutTheNativeClient() throws Exception {
        assertThat(build("client", toolsWithout(List.of("musl-gcc", "gcc", "cc", "clang"))))
                .isEqualTo(missing());
    }

    @Test
    void builds_ofTheSameSources_areTheSameBytes() throws Exception {
        Path shipped = Implementation.built(Implementation.property("native.client"));
        assertThat(build("client", Path.of("/usr/local/bin:/usr/bin:/bin"))).isEmpty();
        assertThat(directory.resolve("client")).hasSameBinaryContentAs(shipped);
    }

    private static String missing() {
        return "broker-client: no C compiler that builds the plain client (musl-gcc, gcc, cc or clang with a C library):"
                + " the Java twin serves\n";
    }

    /** A directory with the script's own tools, and a failing program under each of the names. */
    private Path toolsWithout(List<String> failing) throws IOException {
        var tools = Files.createDirectory(directory.resolve("tools"));
        for (var tool : List.of("sh", "dirname", "basename", "mkdir", "rm", "mv")) {
            writeScript(tools.resolve(tool), "exec /bin/" + tool + " \"$@\"");
        }
        for (var compiler : failing) {
            writeScript(tools.resolve(compiler), "exit 1");
        }
        return tools;
    }

    private static void writeScript(Path file, String command) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + command + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private String build(String output, Path searchPath) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(
                        "/bin/sh",
                        Implementation.property("native.build"),
                        directory.resolve(output).toString(),
                        Implementation.property("project.version"))
                .redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().put("PATH", searchPath.toString());
        var process = builder.start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}

package dev.iambroker.credential;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OptionsCorpusTest {

    @Test
    void corpus_underTheSanitizers_keepsThePromises() throws Exception {
        var files = FuzzCorpus.files("options");
        var command = new ArrayList<>(List.of(NativeBuild.OPTIONS.program().toString()));
        files.forEach(file -> command.add(file.toString()));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).isEqualTo(files.size() + "\n");
    }
}

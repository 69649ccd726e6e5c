package dev.iambroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OneTimeSecretTest {
    private static final int NOBODY = 65534;

    @TempDir
    Path directory;

    private Path runtime;
    private Path temporary;

    @BeforeEach
    void make() throws IOException {
        runtime = Files.createDirectory(directory.resolve("run"));
        temporary = Files.createDirectory(directory.resolve("tmp"));
    }

    private Path placeOfTheSecret() {
        var environment = Map.of("XDG_RUNTIME_DIR", runtime.toString(), "TMPDIR", temporary.toString());
        try (var secret = OneTimeSecret.create(environment)) {
            return secret.file().resolve("../..").normalize();
        }
    }

    @Test
    void create_ownRuntimeDirectory_isWhereItIs() {
        assertThat(placeOfTheSecret()).isEqualTo(runtime);
        assertThat(runtime).isEmptyDirectory();
    }

    /** As root after su, or under sudo -E: its owner could rename what is in there. */
    @Test
    void create_runtimeDirectoryOfAnotherUser_isNotUsed() throws IOException {
        assumeTrue(Files.getAttribute(directory, "unix:uid").equals(0), "only root can write there at all");
        Files.setAttribute(runtime, "unix:uid", NOBODY);

        assertThat(placeOfTheSecret()).isEqualTo(temporary);
    }
}

package dev.iambroker.credential;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Builds of the C sources that only tests need; each is made once, when first asked for. */
final class NativeBuild {

    static final NativeBuild SANITIZED = new NativeBuild("sanitized");
    static final NativeBuild FUZZ = new NativeBuild("fuzz");
    static final NativeBuild OPTIONS = new NativeBuild("options");

    private final String kind;
    private boolean isBuilt;

    private NativeBuild(String kind) {
        this.kind = kind;
    }

    synchronized Path program() {
        String program = Implementation.property("native.client") + "-" + kind;
        if (!isBuilt) {
            build(program);
            isBuilt = true;
        }
        return Implementation.built(program);
    }

    private void build(String program) {
        try {
            var script = Implementation.property("native.build");
            var version = Implementation.property("project.version");
            var process = new ProcessBuilder("sh", script, program, version, kind)
                    .redirectErrorStream(true)
                    .start();
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(said).isZero();
        } catch (IOException | InterruptedException failed) {
            throw new IllegalStateException("cannot run the build script", failed);
        }
    }
}

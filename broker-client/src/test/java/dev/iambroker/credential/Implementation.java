package dev.iambroker.credential;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** The programs that must behave alike: what is shipped, the same C with sanitizers, and the Java twin. */
enum Implementation {
    NATIVE {
        @Override
        List<String> command() {
            return List.of(built(property("native.client")).toString());
        }
    },
    SANITIZED {
        @Override
        List<String> command() {
            return List.of(NativeBuild.SANITIZED.program().toString());
        }
    },
    JAVA {
        @Override
        List<String> command() {
            return javaCommand(Path.of(property("java.twin")));
        }
    };

    /** The command line before the arguments; without a C compiler ends the test as skipped, in CI as failed. */
    abstract List<String> command();

    static List<String> javaCommand(Path classes) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-cp",
                classes.toString(),
                "dev.iambroker.credential.Main");
    }

    static String property(String name) {
        return Objects.requireNonNull(System.getProperty(name), () -> name + " is set by the build: run through Maven");
    }

    static Path built(String program) {
        if (!Files.isExecutable(Path.of(program))) {
            cannotRun(reason(Path.of(program + ".missing")));
        }
        return Path.of(program);
    }

    /** A test that could not run is told apart from one that passed, and is no success where all tools must be there. */
    static void cannotRun(String reason) {
        if ("true".equals(System.getenv("CI"))) {
            fail("in CI every test must run: " + reason);
        }
        abort(reason);
    }

    private static String reason(Path written) {
        try {
            return Files.exists(written) ? Files.readString(written).strip() : "the build made no " + written;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}

package dev.iambroker.it.harness;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a test needs of the machine. Without it the test is skipped, with what is missing as the reason. */
public final class Needs {
    private Needs() {}

    public static void root(String why) throws IOException {
        int owner = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        assumeTrue(owner == 0, "needs root " + why);
    }

    /** @param debianPackage what brings it */
    public static void program(String name, String debianPackage) throws IOException, InterruptedException {
        boolean there = Program.shell("command -v " + name).run().exitCode() == 0;
        assumeTrue(there, "no " + name + " on PATH: install " + debianPackage);
    }
}

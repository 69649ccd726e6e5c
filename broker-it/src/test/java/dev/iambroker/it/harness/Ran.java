package dev.iambroker.it.harness;

import java.util.List;

/** What a program left behind. */
public record Ran(int exitCode, String out, String err) {
    /** The lines of stderr; empty if there was none. */
    public List<String> errorLines() {
        return err.lines().toList();
    }

    /** For the message of an assertion that did not hold. */
    public String all() {
        return "exit code " + exitCode + "\nstdout:\n" + out + "\nstderr:\n" + err;
    }
}

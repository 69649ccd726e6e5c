package dev.iambroker.it.harness;

import dev.iambroker.emulator.EmulatedCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the broker of a place writes for kubectl, and the files that kubectl reads it from. */
public record Kubeconfigs(Workplace place) {
    /** As {@code iam-broker kubeconfig} prints it. */
    public String printed(String account, EmulatedCluster cluster, Object... options)
            throws IOException, InterruptedException {
        Ran ran = place.cli("kubeconfig", account, cluster.name()).with(options).run();
        if (ran.exitCode() != 0) {
            throw new AssertionError("no kubeconfig: " + ran.all());
        }
        return ran.out();
    }

    /** A file of the place that holds {@code text}. */
    public Path file(String name, String text) throws IOException {
        return Files.writeString(place.directory().resolve("kubeconfig-" + name), text);
    }

    /** A file of the place that holds what the broker prints. */
    public Path file(String account, EmulatedCluster cluster) throws IOException, InterruptedException {
        return file(account + "-" + cluster.name(), printed(account, cluster));
    }
}

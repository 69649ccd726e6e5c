package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.Sandbox;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Secrets as Kubernetes and Docker mount them, readable by all in their container: the kernel's own table of mounts decides. */
final class SecretMountsIT {
    private Sandbox sandbox;
    private Workplace place;

    @BeforeEach
    void mount() throws IOException, InterruptedException {
        sandbox = Sandbox.open();
        place = Workplace.create();
        sandbox.must("""
                set -e
                mount -t tmpfs tmpfs /run
                mkdir -p /run/secrets/kubernetes /run/secrets/plain
                echo key > /run/key && chmod 444 /run/key
                """);
    }

    @AfterEach
    void stop() throws IOException {
        place.close();
        sandbox.close();
    }

    /** A volume in memory, whose files are links to a directory that is swapped at every rotation. */
    @Test
    void kubernetesVolume_readableByAll_isWarnedOfOnly() throws Exception {
        sandbox.must("""
                set -e
                cd /run/secrets/kubernetes
                mount -t tmpfs tmpfs . && cd /run/secrets/kubernetes
                mkdir ..2026_01_01 && cp /run/key ..2026_01_01/ && chmod 644 ..2026_01_01/key
                ln -s ..2026_01_01 ..data && ln -s ..data/key key
                """);
        assertWarned(check("/run/secrets/kubernetes/key"));
        // /var/run is a link to /run on most systems, and the name that Kubernetes uses.
        assertWarned(check("/var/run/secrets/kubernetes/key"));
    }

    @Test
    void dockerFile_mountedReadOnly_isWarnedOfOnly() throws Exception {
        sandbox.must("""
                set -e
                touch /run/secrets/docker
                mount --bind /run/key /run/secrets/docker
                mount -o remount,bind,ro /run/secrets/docker
                """);
        assertWarned(check("/run/secrets/docker"));
    }

    @Test
    void fileThatNobodyMounted_readableByAll_isRefused() throws Exception {
        sandbox.must("cp /run/key /run/secrets/plain/key && chmod 644 /run/secrets/plain/key");

        Ran ran = check("/run/secrets/plain/key");

        assertThat(ran.exitCode()).as(ran.all()).isEqualTo(2);
        assertThat(ran.err()).contains("accounts.prod.api-key.file: is readable by others, mode 0644");
    }

    private static void assertWarned(Ran ran) {
        assertThat(ran.exitCode()).as(ran.all()).isZero();
        assertThat(ran.all()).contains("is readable by others, mode 0");
    }

    private Ran check(String file) throws IOException, InterruptedException {
        place.configure("accounts: { prod: { api-key: { file: " + file + " } } }\n");
        return sandbox.seeingMounts(place.cli("--config", place.configFile(), "check-config"))
                .run();
    }
}

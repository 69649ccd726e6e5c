package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Kubeconfigs;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The Kubernetes project's client for Python, with the kubeconfig that the broker wrote and nothing else. */
final class PythonClientIT {
    private static final Duration LIFE = Duration.ofSeconds(12);
    private static final Duration TWO_LIVES = LIFE.multipliedBy(2).plusSeconds(1);

    /** Debian's, whose packages are not those of another python on PATH. */
    private static final Path PYTHON = Path.of("/usr/bin/python3");

    private static final String SCRIPT = """
            import sys, time
            from kubernetes import client, config

            config.load_kube_config(sys.argv[1])
            api = client.CoreV1Api()
            end = time.monotonic() + float(sys.argv[2])
            lists = 0
            while True:
                names = sorted(each.metadata.name for each in api.list_namespace().items)
                lists += 1
                if time.monotonic() > end:
                    break
                time.sleep(0.3)
            print(lists, *names)
            """;

    @BeforeEach
    void needClient() throws Exception {
        boolean isThere = Program.of(PYTHON, "-c", "import kubernetes").run().exitCode() == 0;
        assumeTrue(isThere, "no kubernetes module in " + PYTHON + ": install python3-kubernetes");
    }

    @Test
    void client_overTwoTokenLives_goesOn() throws Exception {
        try (var cloud = SampleCloud.start();
                var place = Workplace.create()) {
            cloud.emulator().settings().accessTokenLife(LIFE).idTokenLife(LIFE);
            place.secret("prod-key", EmulatedCloud.PROD_API_KEY);
            place.configure(cloud.emulator(), """
                    accounts:
                      prod: { api-key: { file: prod-key }, account-id: %s }
                    kube: { expiry-margin: 1s }
                    """.formatted(EmulatedCloud.PROD_ACCOUNT));
            try (Daemon daemon = place.serve()) {
                Path kubeconfig = new Kubeconfigs(place).file("prod", cloud.prodVpc());
                Ran ran = Program.of(PYTHON, "-c", SCRIPT, kubeconfig, TWO_LIVES.toSeconds())
                        .env("HOME", place.directory())
                        .run();

                assertThat(ran.exitCode()).as(ran.all() + daemon.log()).isZero();
                assertThat(ran.out().strip()).endsWith(" default kube-system");
                assertThat(ClusterRequests.to(cloud.emulator(), cloud.prodVpc()).tokens())
                        .isGreaterThanOrEqualTo(3);
            }
        }
    }
}

package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.EmulatedCluster;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The walk from the configuration into a cluster, and where it ends when something on the way is broken. */
final class DoctorIT {
    private final EmulatedCloud cloud = SampleCloud.start();
    private final Workplace place;

    DoctorIT() throws IOException {
        place = Workplace.create();
        place.secret("prod-key", EmulatedCloud.PROD_API_KEY);
        place.configure(cloud.emulator(), """
                accounts:
                  prod: { api-key: { file: prod-key }, account-id: %s }
                """.formatted(EmulatedCloud.PROD_ACCOUNT));
    }

    @AfterEach
    void stop() throws IOException {
        place.close();
        cloud.close();
    }

    private Ran doctor(Object... arguments) throws IOException, InterruptedException {
        return place.cli(arguments)
                .env("IAM_BROKER_CONFIG", place.configFile())
                .env("KUBECONFIG", place.directory().resolve("kubeconfig"))
                .run();
    }

    @Test
    void wholeWay_andWhatBreaksIt() throws Exception {
        EmulatedCluster cluster = cloud.prodClassic();
        try (Daemon daemon = place.serve()) {
            Ran well = doctor("doctor", "prod", cluster.name());
            assertThat(well.exitCode()).as(well.all()).isZero();
            assertThat(well.out())
                    .contains("broker.yaml has 1 account", "IAM#" + EmulatedCloud.USER, "may list pods")
                    .contains("kubeconfig prod prod-classic --merge")
                    .doesNotContain("broken");

            doctor("kubeconfig", "prod", cluster.name(), "--merge");
            assertThat(doctor("doctor", "prod", cluster.name()).out()).contains("asks the broker");

            cluster.stop();
            Ran stopped = doctor("doctor", "prod", cluster.name());
            assertThat(stopped.exitCode()).as(stopped.all()).isEqualTo(1);
            assertThat(stopped.out()).containsPattern("tls +broken").doesNotContain("version ");
            assertThat(daemon.isAlive()).isTrue();
        }
        Ran without = doctor("doctor", "prod");
        assertThat(without.exitCode()).as(without.all()).isEqualTo(3);
        assertThat(without.out()).containsPattern("daemon +broken");
    }
}

package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Beside a job: the broker that prepared the state and the one that serves the job log in once, and end with it. */
final class SidecarIT {
    @Test
    void initThenSidecar_onOneState_logInOnceAndEndWithTheJob() throws Exception {
        try (var cloud = SampleCloud.start();
                var place = Workplace.create()) {
            place.secret("password", EmulatedCloud.PASSWORD);
            place.configure(cloud.emulator(), """
                    accounts:
                      job: { password: { username: %s, password: { file: password } }, account-id: %s }
                    """.formatted(EmulatedCloud.USER, EmulatedCloud.PROD_ACCOUNT));
            serveAJob(place);
            serveAJob(place);
            assertThat(cloud.emulator().count(GrantKind.PASSWORD)).isEqualTo(1);
        }
    }

    private static void serveAJob(Workplace place) throws Exception {
        try (Daemon daemon = place.serve()) {
            Ran ready = place.run("wait", "--for", "account", "job", "--timeout", "30s");
            assertThat(ready.exitCode()).as(ready.all()).isZero();
            assertThat(place.run("token", "job").exitCode()).isZero();
            long begin = System.nanoTime();
            daemon.terminate();
            assertThat(daemon.awaitExit()).isZero();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
        }
    }
}

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

    @Test
    void wait_asAProbe_saysByItsExitCodeWhatIsMissing() throws Exception {
        try (var cloud = SampleCloud.start();
                var place = Workplace.create()) {
            assertThat(probe(place, "ready")).isEqualTo(3);
            place.secret("password", EmulatedCloud.PASSWORD);
            place.configure(cloud.emulator(), """
                    accounts:
                      job: { password: { username: %s, password: { file: password } }, account-id: %s }
                      person: { passcode: {} }
                    """.formatted(EmulatedCloud.USER, EmulatedCloud.PROD_ACCOUNT));
            try (Daemon daemon = place.serve()) {
                assertThat(daemon.isAlive()).isTrue();
                assertThat(place.run("wait", "--for", "ready").exitCode()).isZero();
                assertThat(probe(place, "account", "job")).isZero();
                Ran person = place.run("wait", "--for", "account", "person", "--timeout", "0");
                assertThat(person.exitCode()).isEqualTo(4);
                assertThat(person.err())
                        .isEqualTo("iam-broker: account \"person\" needs a login: run 'iam-broker login person'\n");
                assertThat(probe(place, "account", "nobody")).isEqualTo(7);
                assertThat(probe(place, "account")).isEqualTo(2);
            }
        }
    }

    private static int probe(Workplace place, Object... goal) throws Exception {
        return place.cli("wait", "--timeout", "0", "--for").with(goal).run().exitCode();
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

package dev.iambroker.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.fault.Misbehaviour;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code /readyz} is false exactly while an account that should be served cannot be, and never asks IAM to know. */
@ExtendWith(QuietLog.class)
final class HealthTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTime time = new ManualTime();
    private final SmallCloud cloud = SmallCloud.on(time);

    @TempDir
    private Path temp;

    @AfterEach
    void end() {
        cloud.close();
    }

    @Test
    void readyz_throughAnOutage_isFalseExactlyWhileATokenCannotBeHad() throws Exception {
        try (var daemon = start();
                var caller = daemon.caller()) {
            daemon.advance(SECOND);
            assertThat(isReady(caller))
                    .as("started; nobody ever logged in to by-passcode")
                    .isTrue();
            cloud.emulator().misbehave(Misbehaviour.ERROR_500);
            boolean wasServed = true;
            int changes = 0;
            for (int minute = 0; minute < 90; minute++) {
                boolean isServed = isServed(caller, "by-key") && isServed(caller, "by-password");
                assertThat(isReady(caller)).as("minute %d", minute).isEqualTo(isServed);
                changes += isServed == wasServed ? 0 : 1;
                wasServed = isServed;
                daemon.advance(Duration.ofMinutes(1));
            }
            assertThat(changes).as("served first, then not").isEqualTo(1);
        }
    }

    @Test
    void readyz_asked_doesNotAskIam() throws Exception {
        try (var daemon = start();
                var caller = daemon.caller()) {
            daemon.advance(SECOND);
            int before = cloud.emulator().requests().size();
            for (int i = 0; i < 100; i++) {
                isReady(caller);
            }
            assertThat(cloud.emulator().requests()).hasSize(before);
        }
    }

    @Test
    void bootWithIamDown_nothingStored_isHealthyWithinASecondOfTheFirstAnswer() throws Exception {
        cloud.emulator().stop();
        try (var daemon = start();
                var caller = daemon.caller()) {
            daemon.advance(Duration.ofMinutes(5));
            assertThat(isReady(caller)).isFalse();
            cloud.emulator().start();
            int waited = 0;
            while (!isServed(caller, "by-key") || !isServed(caller, "by-password")) {
                assertThat(isReady(caller)).isFalse();
                daemon.advance(SECOND);
                assertThat(++waited).as("seconds until the retries come").isLessThanOrEqualTo(31);
            }
            assertThat(isReady(caller)).isTrue();
        }
    }

    @Test
    void bootWithIamDown_tokensStored_isServedAndHealthyAtOnce() throws Exception {
        try (var daemon = start()) {
            daemon.advance(SECOND);
        }
        cloud.emulator().stop();
        try (var daemon = start();
                var caller = daemon.caller()) {
            assertThat(isServed(caller, "by-key")).isTrue();
            assertThat(isReady(caller)).isTrue();
        }
    }

    private ManualDaemon start() throws IOException {
        return ManualDaemon.start(temp, SmallCloud.accounts(temp), cloud, time, 1);
    }

    private static boolean isReady(UnixCaller caller) throws IOException {
        return caller.get("/readyz").status() == 200;
    }

    private static boolean isServed(UnixCaller caller, String account) throws IOException {
        return caller.get("/v1/accounts/" + account + "/token?wait=0").status() == 200;
    }
}

package dev.iambroker.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.fault.Misbehaviour;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The whole daemon keeps to IAM's budget. */
@ExtendWith(QuietLog.class)
final class ThrottlingTest {
    private final ManualTime time = new ManualTime();

    @TempDir
    private Path temp;

    @Test
    void startOfAHundredAccounts_isSpreadOverSeconds() throws Exception {
        try (SmallCloud cloud = SmallCloud.on(time);
                ManualDaemon daemon = ManualDaemon.start(temp, hundredAccounts(), cloud, time, 1)) {
            daemon.advance(Duration.ZERO);
            assertThat(cloud.emulator().requests()).hasSize(25);
            daemon.advance(Duration.ofSeconds(1));
            assertThat(cloud.emulator().requests()).hasSize(50);
            try (var caller = daemon.caller()) {
                assertThat(caller.get("/readyz").status()).isEqualTo(503);
                daemon.advance(Duration.ofSeconds(2));
                assertThat(cloud.emulator().requests()).hasSize(100);
                assertThat(caller.get("/readyz").status()).isEqualTo(200);
            }
        }
    }

    private String hundredAccounts() throws Exception {
        Path key = ManualDaemon.secretFile(temp.resolve("key"), SmallCloud.API_KEY);
        StringBuilder accounts = new StringBuilder();
        for (int i = 100; i < 200; i++) {
            accounts.append(
                    "  a-%d: { api-key: { file: %s }, account-id: %s }%n".formatted(i, key, SmallCloud.KEY_ACCOUNT));
        }
        return accounts.toString();
    }

    @Test
    void iamThatThrottles_isLoggedWhenItBeginsAndWhenItIsOver() throws Exception {
        try (var log = new CollectedLog();
                SmallCloud cloud = SmallCloud.on(time);
                ManualDaemon daemon = ManualDaemon.start(temp, SmallCloud.accounts(temp), cloud, time, 1)) {
            cloud.emulator().misbehave(Misbehaviour.THROTTLE_429_BARE);
            daemon.advance(Duration.ofMinutes(10));
            assertThat(linesWith(log, "answers 429"))
                    .hasSize(1)
                    .first()
                    .asString()
                    .startsWith("WARN");
            assertThat(linesWith(log, "times a second again")).isEmpty();

            cloud.emulator().misbehave(Misbehaviour.NONE);
            daemon.advance(Duration.ofMinutes(2));
            assertThat(linesWith(log, "answers 429")).hasSize(1);
            assertThat(linesWith(log, "times a second again")).hasSize(1);
        }
    }

    private static List<String> linesWith(CollectedLog log, String words) {
        return log.lines().stream()
                .filter(line -> line.contains("Governor"))
                .filter(line -> line.contains(words))
                .toList();
    }
}

package dev.iambroker.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the whole daemon keeps on the heap of an account that has a token. */
@ExtendWith(QuietLog.class)
final class AccountMemoryTest {
    private static final int ACCOUNTS = 600;
    private static final long MOST_BYTES = 2600;
    private static final int COLLECTIONS = 5;

    private final ManualTime time = new ManualTime();

    @TempDir
    private Path temp;

    @Test
    void furtherAccounts_takeFewBytesOfTheHeapEach() throws Exception {
        try (SmallCloud cloud = SmallCloud.on(time);
                ManualDaemon daemon = ManualDaemon.start(temp, accounts(ACCOUNTS), cloud, time, 1)) {
            daemon.advance(Duration.ofMinutes(1));
            cloud.emulator().clearRequests();
            assertTokens(daemon, ACCOUNTS);
            long all = usedHeap();
            daemon.reloadAccounts(accounts(1));
            daemon.awaitQuiet();
            assertTokens(daemon, 1);
            long one = usedHeap();

            assertThat((all - one) / (ACCOUNTS - 1)).isBetween(500L, MOST_BYTES);
        }
    }

    private String accounts(int count) throws IOException {
        Path key = ManualDaemon.secretFile(temp.resolve("key"), SmallCloud.API_KEY);
        return IntStream.range(0, count)
                .mapToObj(i -> "  a%d: { api-key: { file: %s } }".formatted(i, key))
                .collect(Collectors.joining("\n"));
    }

    private static void assertTokens(ManualDaemon daemon, int count) throws IOException {
        try (UnixCaller caller = daemon.caller()) {
            String body = caller.get("/metrics").body();
            assertThat(body.lines().filter(line -> line.startsWith("iam_broker_token_expiry_timestamp_seconds{")))
                    .hasSize(count);
        }
    }

    /** The least of several readings: what a collection leaves beside what lives is never less. */
    private static long usedHeap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }
}

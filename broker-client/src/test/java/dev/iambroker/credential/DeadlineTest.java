package dev.iambroker.credential;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** However the daemon hangs, the caller is let go. The ways are tried side by side: each takes its whole wait. */
@ParameterizedClass
@EnumSource(Implementation.class)
final class DeadlineTest {

    private final Implementation implementation;
    private final CountDownLatch testEnds = new CountDownLatch(1);

    @TempDir
    Path directory;

    DeadlineTest(Implementation implementation) {
        this.implementation = implementation;
    }

    @Test
    void daemon_thatNeverFinishes_isLeftAtTheDeadline() throws Exception {
        try (var _ = FakeDaemon.scripted(directory("silent"), client -> hang());
                var _ = FakeDaemon.scripted(directory("stalled"), this::stall);
                var _ = FakeDaemon.scripted(directory("dribbling"), this::dribble);
                var _ = FakeDaemon.deaf(directory("full"), 1);
                var _ = SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("full/s")));
                var _ = SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("full/s")))) {
            long started = System.nanoTime();
            var clients = new Hanging[] {
                start("silent", started), start("stalled", started), start("dribbling", started), start("full", started)
            };
            for (var client : clients) {
                client.isLeftInTime();
            }
        } finally {
            testEnds.countDown();
        }
    }

    private Path directory(String name) throws IOException {
        return Files.createDirectory(directory.resolve(name)).resolve("s");
    }

    private Hanging start(String name, long started) throws IOException {
        var at = directory.resolve(name);
        var run = new ClientRun(at, implementation.command(), "--wait=0s", "--socket=" + at.resolve("s"));
        return new Hanging(run, run.start(), started);
    }

    private record Hanging(ClientRun run, Process process, long started) {

        void isLeftInTime() throws IOException, InterruptedException {
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
            run.result(process)
                    .failed(6, "no answer from the daemon within 2s: see 'iam-broker status' and the daemon's log");
            var took = Duration.ofNanos(System.nanoTime() - started);
            assertThat(took).isBetween(Duration.ofMillis(1900), Duration.ofSeconds(8));
        }
    }

    private void hang() {
        try {
            testEnds.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void stall(SocketChannel client) throws IOException {
        var answer = Answers.ok(Answers.CREDENTIAL).getBytes(StandardCharsets.UTF_8);
        FakeDaemon.write(client, Arrays.copyOf(answer, answer.length - 1));
        hang();
    }

    private void dribble(SocketChannel client) throws IOException {
        FakeDaemon.write(client, "HTTP/1.1 200 OK\r\nX: ".getBytes(StandardCharsets.UTF_8));
        try {
            while (!testEnds.await(100, TimeUnit.MILLISECONDS)) {
                FakeDaemon.write(client, new byte[] {'x'});
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}

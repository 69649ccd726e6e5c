package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.fault.Misbehaviour;
import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.emulator.settings.Rotation;
import dev.iambroker.it.harness.Answer;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.HandedToken;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.UnixHttp;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Many callers, silent ones, and accounts whose IAM hangs beside those whose IAM is well. */
@Isolated
final class CrowdIT {
    private static final int CALLERS = 500;
    private static final int NEIGHBOURS = 15;
    private static final Duration SHORT_LIFE = Duration.ofSeconds(10);

    private final EmulatedCloud cloud = SampleCloud.start();
    private final Workplace place = Workplace.create();

    CrowdIT() throws IOException {
        place.secret("key", EmulatedCloud.PROD_API_KEY);
    }

    @AfterEach
    void end() throws IOException {
        cloud.close();
        place.close();
        assertThat(cloud.emulator().departures()).isEmpty();
    }

    @Test
    void fiveHundredCallers_coldAccount_firstLeaves_oneRequestAndEveryoneIsAnswered() throws Exception {
        place.configure(
                cloud.emulator(),
                "accounts:\n  prod: { api-key: { file: key }, account-id: %s }\n"
                        .formatted(EmulatedCloud.PROD_ACCOUNT));
        try (Daemon daemon = place.serve()) {
            daemon.await("the first token", () -> isValid("prod"));
            place.http().post("/v1/accounts/prod/purge", "");
            cloud.emulator().settings().latency(Duration.ofSeconds(2));
            long before = cloud.emulator().count(GrantKind.API_KEY);

            place.http().askAndLeave("/v1/accounts/prod/token?wait=20");
            List<Answer> answers = askAll();

            assertThat(answers).hasSize(CALLERS).allMatch(answer -> answer.status() == 200);
            assertThat(answers.stream().map(answer -> answer.text("access_token")))
                    .containsOnly(answers.getFirst().text("access_token"));
            assertThat(cloud.emulator().count(GrantKind.API_KEY) - before).isEqualTo(1);
        }
    }

    private List<Answer> askAll() throws Exception {
        UnixHttp http = place.http();
        List<Answer> answers = new ArrayList<>();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Answer>> asked = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                asked.add(callers.submit(() -> http.get("/v1/accounts/prod/token?wait=20")));
            }
            for (Future<Answer> each : asked) {
                answers.add(each.get());
            }
        }
        return answers;
    }

    @Test
    void silentClients_areClosedAtTheReadTimeout_andNobodyElseNoticesThem() throws Exception {
        place.configure(
                cloud.emulator(),
                "accounts:\n  prod: { api-key: { file: key }, account-id: %s }\n"
                        .formatted(EmulatedCloud.PROD_ACCOUNT));
        try (Daemon daemon = place.serve();
                SocketChannel silent = connect();
                SocketChannel halfSaid = connect()) {
            daemon.await("the first token", () -> isValid("prod"));
            halfSaid.write(ByteBuffer.wrap("GET /v1/acc".getBytes(StandardCharsets.US_ASCII)));
            long began = System.nanoTime();

            for (int i = 0; i < 50; i++) {
                assertServedSoon("prod");
            }
            assertThat(readToEnd(silent)).isLessThan(1024);
            assertThat(readToEnd(halfSaid)).isLessThan(1024);
            assertThat(since(began)).isLessThan(Duration.ofSeconds(20));
        }
    }

    private SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(place.socket()));
        return channel;
    }

    /** How many bytes came before the end. */
    private static int readToEnd(SocketChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(1024);
        while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
            // Until the other side closes.
        }
        return buffer.position();
    }

    /** Two lives long, half of the accounts hang at an IAM of their own. */
    @Test
    void accountsWhoseIamHangs_costTheOthersNothing() throws Exception {
        try (EmulatedCloud hanging = SampleCloud.start()) {
            hanging.emulator().misbehave(Misbehaviour.HANG_AFTER_ACCEPT);
            cloud.emulator()
                    .settings()
                    .accessTokenLife(SHORT_LIFE)
                    .idTokenLife(SHORT_LIFE)
                    .rotation(Rotation.OVERLAPPING);
            place.configure(cloud.emulator(), twoNeighbourhoods(hanging));
            try (Daemon daemon = place.serve()) {
                daemon.await("the healthy ones to be valid", () -> isValid("well" + (NEIGHBOURS - 1)));
                long before = cloud.emulator().count(GrantKind.API_KEY);
                long began = System.nanoTime();
                Future<Answer> cold;
                try (ExecutorService caller = Executors.newVirtualThreadPerTaskExecutor()) {
                    UnixHttp http = place.http();
                    cold = caller.submit(() -> http.get("/v1/accounts/hung0/token?wait=2"));
                    while (since(began).compareTo(SHORT_LIFE.multipliedBy(2)) < 0) {
                        for (int i = 0; i < NEIGHBOURS; i++) {
                            assertServedSoon("well" + i);
                        }
                        Thread.sleep(200);
                    }
                }
                assertThat(cold.get().status()).isEqualTo(504);
                // At half of a life, give or take a tenth: as many as without any neighbours.
                assertThat(cloud.emulator().count(GrantKind.API_KEY) - before)
                        .isBetween(3L * NEIGHBOURS, 5L * NEIGHBOURS);
            }
        }
    }

    private static String twoNeighbourhoods(EmulatedCloud hanging) {
        StringBuilder accounts = new StringBuilder("accounts:\n");
        for (int i = 0; i < NEIGHBOURS; i++) {
            accounts.append(
                    "  well%d: { api-key: { file: key }, account-id: %s }\n".formatted(i, EmulatedCloud.PROD_ACCOUNT));
            accounts.append("  hung%d: { api-key: { file: key }, account-id: %s, endpoints: { iam: \"%s\" } }\n"
                    .formatted(i, EmulatedCloud.PROD_ACCOUNT, hanging.emulator().iamUrl()));
        }
        return accounts.toString();
    }

    private boolean isValid(String account) {
        try {
            return place.http().get("/v1/accounts/" + account).text("state").equals("valid");
        } catch (IOException e) {
            throw new AssertionError("the daemon does not answer", e);
        }
    }

    private void assertServedSoon(String account) throws IOException {
        long began = System.nanoTime();
        Answer answer = place.http().get("/v1/accounts/" + account + "/token?min_ttl=0");
        assertThat(since(began)).as("an answer for %s", account).isLessThan(Duration.ofSeconds(1));
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        assertThat(HandedToken.in(answer).account()).isEqualTo(EmulatedCloud.PROD_ACCOUNT);
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}

package dev.iambroker.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.fault.Fault;
import dev.iambroker.emulator.fault.Misbehaviour;
import dev.iambroker.server.UnixCaller.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** One account that is broken in every way there is costs the others nothing: no answer, and no request to IAM. */
@ExtendWith(QuietLog.class)
final class NeighbourTest {
    private static final int MINUTES = 40;

    /** A login and the two steps to a kube token, then at most one renewal of each, which takes one request. */
    private static final int MOST_REQUESTS = 1 + 2 + 1 + 1;

    /** Those that take real time; what they do to others is shown against the packaged daemon. */
    private static final Set<Misbehaviour> SLOW = EnumSet.of(
            Misbehaviour.HANG_AFTER_ACCEPT,
            Misbehaviour.ENDLESS_BODY,
            Misbehaviour.SLOW_HEADERS,
            Misbehaviour.SLOW_BODY,
            Misbehaviour.STALL_BODY);

    @TempDir
    private Path temp;

    @Test
    void oneAccountBrokenInEachWay_others_areServedWithAsManyRequestsToIam() throws Exception {
        assertThat(requestsForOthers(Misbehaviour.NONE)).isEqualTo(MOST_REQUESTS);
        Set<Misbehaviour> ways = EnumSet.range(Misbehaviour.ERROR_500, Misbehaviour.BXNIM9999E);
        ways.removeAll(SLOW);
        for (Misbehaviour broken : ways) {
            assertThat(requestsForOthers(broken)).as("%s", broken).isEqualTo(MOST_REQUESTS);
        }
    }

    private long requestsForOthers(Misbehaviour misbehaviour) throws IOException, InterruptedException {
        Path directory = Files.createDirectory(temp.resolve(misbehaviour.name()));
        ManualTime time = new ManualTime();
        try (var cloud = SmallCloud.on(time)) {
            cloud.emulator().misbehave(Fault.of(misbehaviour).account(SmallCloud.KEY_ACCOUNT));
            try (var daemon = ManualDaemon.start(directory, SmallCloud.accounts(directory), cloud, time, 1);
                    var caller = daemon.caller()) {
                // Not at the moment at which a Retry-After ends: what a 429 holds up for milliseconds, this clock does
                // not.
                daemon.advance(Duration.ofMillis(2_500));
                for (int minute = 0; minute < MINUTES; minute++) {
                    askForOthers(caller, misbehaviour);
                    caller.get("/v1/accounts/by-key/token?wait=0");
                    daemon.advance(Duration.ofMinutes(1));
                }
            }
            return cloud.emulator().requests().stream()
                    .filter(request -> SmallCloud.PASSWORD_ACCOUNT.equals(request.account()))
                    .count();
        }
    }

    private static void askForOthers(UnixCaller caller, Misbehaviour broken) throws IOException {
        for (String kind : new String[] {"access", "kube"}) {
            Answer answer = caller.get("/v1/accounts/by-password/token?kind=" + kind);
            assertThat(answer.status())
                    .as("%s beside %s: %s", kind, broken, answer)
                    .isEqualTo(200);
        }
    }
}

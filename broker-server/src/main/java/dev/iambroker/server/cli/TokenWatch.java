package dev.iambroker.server.cli;

import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A token and each that comes after it, none of them twice. What passes by itself or by somebody's hand, a daemon that is
 * started again or an account that needs a login, is said once and waited for. Confined to one thread.
 */
final class TokenWatch {
    private static final Duration POLL = Duration.ofSeconds(60);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    /** Of complaints, which are the answers' statuses. */
    private static final int NOTHING = 0;

    private static final int NO_ANSWER = -1;

    private final BrokerClient client;
    private final Surroundings around;
    private final String target;

    private @Nullable String etag;
    private String token = "";
    private Duration pause = SHORTEST_PAUSE;
    private int complaint = NOTHING;
    private boolean isBegun;

    /** @param target of the watch, with its query */
    TokenWatch(BrokerClient client, Surroundings around, String target) {
        this.client = client;
        this.around = around;
        this.target = BrokerRequest.with(target, "wait", Long.toString(POLL.toSeconds()));
    }

    /**
     * Returns when the output cannot be written any more.
     *
     * @param each given every answer with a new token
     * @throws CommandFailure for a refusal, and where there is no daemon to begin with
     */
    void run(Consumer<? super JsonNode> each) {
        while (look(each) && !around.out().checkError()) {
            isBegun = true;
        }
    }

    /** False when the user has had enough. */
    private boolean look(Consumer<? super JsonNode> each) {
        BrokerAnswer answer;
        try {
            answer = client.sendForStatus(
                    BrokerRequest.get(BrokerRequest.with(target, "after", etag), POLL.plus(BrokerClient.MARGIN)));
        } catch (CommandFailure away) {
            if (!isBegun) {
                throw away;
            }
            return outlast(NO_ANSWER, away, Duration.ZERO);
        }
        if (!answer.isSuccess()) {
            var report = ProblemReport.of(answer);
            if (!report.isPassing()) {
                throw report.failure();
            }
            return outlast(answer.status(), report.failure(), report.retryAfter());
        }
        complaint = NOTHING;
        pause = SHORTEST_PAUSE;
        if (answer.status() == 200) {
            take(answer, each);
        }
        return true;
    }

    /** The tag is another after a restart of the daemon, though the token is the same. */
    private void take(BrokerAnswer answer, Consumer<? super JsonNode> each) {
        etag = answer.etag();
        if (etag == null) {
            throw new CommandFailure(
                    ExitCode.FAILURE, "the daemon's answer has no ETag: check that --socket names a broker");
        }
        JsonNode json = BrokerClient.parsed(answer);
        String next = TokenCommand.token(json);
        if (!next.equals(token)) {
            token = next;
            each.accept(json);
        }
    }

    private boolean outlast(int why, CommandFailure failure, Duration retryAfter) {
        if (why != complaint) {
            complaint = why;
            around.err().println("iam-broker: waiting: " + failure.getMessage());
        }
        Duration now = retryAfter.compareTo(pause) > 0 ? retryAfter : pause;
        pause = shorter(pause.multipliedBy(2), LONGEST_PAUSE);
        return around.pause().pass(shorter(now, POLL));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}

package dev.iambroker.server.cli;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** The daemon as the commands see it: JSON for a success, a {@link CommandFailure} for everything else. */
final class BrokerClient {
    /** For what the daemon answers from its memory. */
    static final Duration AT_ONCE = Duration.ofSeconds(10);

    /** For what takes exchanges with IBM Cloud: each has its own limit in the daemon, and there may be several. */
    static final Duration UPSTREAM = Duration.ofSeconds(75);

    /** Beyond the time that the daemon was asked to wait. */
    static final Duration MARGIN = Duration.ofSeconds(5);

    private final BrokerConnection connection;
    private final @Nullable Surroundings around;

    /** @param around where progress is shown; null for nowhere */
    BrokerClient(BrokerConnection connection, @Nullable Surroundings around) {
        this.connection = connection;
        this.around = around;
    }

    JsonNode json(BrokerRequest request) {
        return parsed(send(request));
    }

    /** @throws CommandFailure for an answer that is not a success, in words for the user */
    BrokerAnswer send(BrokerRequest request) {
        var answer = sendForStatus(request);
        if (!answer.isSuccess()) {
            throw ProblemReport.of(answer).failure();
        }
        return answer;
    }

    /** For those to whom a refusal is an answer too. */
    BrokerAnswer sendForStatus(BrokerRequest request) {
        if (around == null) {
            return connection.exchange(request);
        }
        var isQuick = request.limit().compareTo(AT_ONCE) <= 0;
        return Progress.during(
                around,
                isQuick ? "waiting for the daemon" : "waiting for IBM Cloud",
                () -> connection.exchange(request));
    }

    static JsonNode parsed(BrokerAnswer answer) {
        try {
            var node = Json.MAPPER.readTree(answer.body());
            if (node != null && node.isObject()) {
                return node;
            }
        } catch (JacksonException malformed) {
            // Reported below without the parser's words: they quote the input, which may be a token.
        }
        throw new CommandFailure(
                ExitCode.FAILURE,
                "the daemon's answer is not a JSON object: check that --socket names a broker of this version");
    }
}

package dev.iambroker.server.cli;

import dev.iambroker.broker.BrokerFailure;
import dev.iambroker.broker.BrokerFailure.About;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** The daemon's problem in one line for the user: what was wrong, then what to do. */
final class ProblemReport {
    private static final String NO_AUDIT_LOG = "urn:iam-broker:problem:no_audit_log";

    private static final String AMBIGUOUS = "urn:iam-broker:problem:ambiguous_cluster";
    private static final String STOPPING = "urn:iam-broker:problem:stopping";

    private final int status;
    private final JsonNode problem;

    private ProblemReport(int status, JsonNode problem) {
        this.status = status;
        this.problem = problem;
    }

    static ProblemReport of(BrokerAnswer answer) {
        return new ProblemReport(answer.status(), problem(answer));
    }

    /** An answer without a readable problem is reported by its status alone. */
    private static JsonNode problem(BrokerAnswer answer) {
        try {
            var node = Json.MAPPER.readTree(answer.body());
            return node != null && node.isObject() ? node : JsonNodeFactory.instance.objectNode();
        } catch (JacksonException unreadable) {
            return JsonNodeFactory.instance.objectNode();
        }
    }

    /** Whether nothing is wrong but that a passcode was not sent. */
    boolean asksForPasscode() {
        var hint = Json.text(problem, "hint");
        return status == 400 && hint != null && hint.endsWith(" --passcode");
    }

    /** Whether the daemon is about to end, or to be started again. */
    boolean isOfStopping() {
        return STOPPING.equals(Json.text(problem, "type"));
    }

    /** Whether it passes by itself, or once somebody does something, without another request than this one. */
    boolean isPassing() {
        boolean isOfTheRequest = AMBIGUOUS.equals(Json.text(problem, "type"));
        return status == 409 ? !isOfTheRequest : status == 423 || status == 429 || status >= 500;
    }

    /** Zero where nothing is said. */
    Duration retryAfter() {
        return Duration.ofSeconds(problem.path("retry_after").asLong(0));
    }

    /** As the daemon meant it, for a listener that has to say it to a client of its own. */
    BrokerFailure relayed() {
        var about = About.NOTHING
                .withIamCode(Json.text(problem, "iam_code"))
                .withRetryAfter(retryAfter().isZero() ? null : retryAfter());
        var said = what();
        return switch (status) {
            case 400 -> new BrokerFailure.BadRequest(said, about);
            case 401, 403 -> new BrokerFailure.Denied(said, about);
            case 404 -> new BrokerFailure.Unknown(said, about);
            case 409 -> new BrokerFailure.Conflict(BrokerFailure.Conflict.Kind.LOGIN_REQUIRED, said, about);
            case 423 -> new BrokerFailure.Locked(said, about);
            case 429 -> new BrokerFailure.TooManyRequests(said, about);
            case 504 -> new BrokerFailure.DeadlineExceeded(said, about);
            default -> new BrokerFailure.Unavailable(said, about);
        };
    }

    CommandFailure failure() {
        return new CommandFailure(isOfNoName() ? ExitCode.FAILURE : ExitCode.ofStatus(status), line());
    }

    /** That something is not kept at all: 404, and no name was unknown. */
    private boolean isOfNoName() {
        return NO_AUDIT_LOG.equals(Json.text(problem, "type"));
    }

    /** The daemon words its problems for a person; what it left open is added, what it said is not said twice. */
    private String line() {
        var said = what();
        var next = next();
        return next == null || said.contains(next) ? said : said + ": " + asAdvice(next);
    }

    /** A hint may be the bare command that helps. */
    private static String asAdvice(String next) {
        return next.startsWith("iam-broker ") ? "run '" + next + "'" : next;
    }

    private String what() {
        var detail = Json.text(problem, "detail");
        var title = Json.text(problem, "title");
        var said = detail != null ? detail : title != null ? title : "the daemon answered with status " + status;
        var plain = said.endsWith(".") ? said.substring(0, said.length() - 1) : said;
        var code = Json.text(problem, "iam_code");
        return code == null || plain.contains(code) ? plain : plain + " (" + code + ")";
    }

    private @Nullable String next() {
        var hint = Json.text(problem, "hint");
        if (hint != null && !hint.isEmpty()) {
            return hint;
        }
        return switch (status) {
            case 401, 403 -> "ask whoever runs the broker to allow it";
            case 422 -> "check the credential and log in again";
            case 423 -> "run 'iam-broker unlock'";
            case 429, 503, 504 -> later();
            case 400, 404, 409 -> null;
            default -> "look at the daemon's log";
        };
    }

    private String later() {
        return retryAfter().isZero()
                ? "try again later"
                : "try again in " + retryAfter().toSeconds() + " s";
    }
}

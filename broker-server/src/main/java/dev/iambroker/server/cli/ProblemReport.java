package dev.iambroker.server.cli;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** The daemon's problem in one line for the user: what was wrong, then what to do. */
final class ProblemReport {
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

    CommandFailure failure() {
        return new CommandFailure(ExitCode.ofStatus(status), line());
    }

    private String line() {
        var account = Json.text(problem, "account");
        if (status == 409 && account != null && hint() == null) {
            if (is("login_required")) {
                return "account \"" + account + "\" needs a login: run 'iam-broker login " + account + "'";
            }
            if (is("disabled")) {
                return "account \"" + account + "\" is logged out: run 'iam-broker login " + account + "'";
            }
        }
        var what = what();
        var next = next(what);
        return next == null ? what : what + ": " + next;
    }

    /** The kind of a 409 stands in the state or at the end of the type, whichever the daemon gives. */
    private boolean is(String word) {
        var type = Json.text(problem, "type");
        return word.equals(Json.text(problem, "state"))
                || (type != null && type.replace('-', '_').endsWith(word));
    }

    private String what() {
        var detail = Json.text(problem, "detail");
        var title = Json.text(problem, "title");
        var said = detail != null ? detail : title != null ? title : "the daemon answered with status " + status;
        var plain = said.endsWith(".") ? said.substring(0, said.length() - 1) : said;
        var code = Json.text(problem, "iam_code");
        return code == null || plain.contains(code) ? plain : plain + " (" + code + ")";
    }

    /** What to do, unless the daemon's own words have said it already. */
    private @Nullable String next(String said) {
        var hint = hint();
        if (hint != null) {
            return said.contains(hint) ? null : hint.startsWith("iam-broker ") ? "run '" + hint + "'" : hint;
        }
        return isForLater() || !saysWhatToDo(said) ? byStatus() : null;
    }

    private @Nullable String hint() {
        var hint = Json.text(problem, "hint");
        return hint == null || hint.isEmpty() ? null : hint;
    }

    /** Whatever the words, time or another credential is what helps. */
    private boolean isForLater() {
        return status == 422 || status == 423 || status == 429 || status >= 500;
    }

    private static boolean saysWhatToDo(String said) {
        return said.contains(": ") || said.contains("; ");
    }

    private String byStatus() {
        return switch (status) {
            case 400 -> "see 'iam-broker --help'";
            case 401, 403 -> "ask whoever runs the broker to allow it";
            case 404 -> "'iam-broker status' lists the accounts, 'iam-broker clusters ACCOUNT' the clusters";
            case 409 -> "see 'iam-broker status'";
            case 422 -> "check the credential and log in again";
            case 423 -> "run 'iam-broker unlock'";
            case 429, 503, 504 -> later();
            default -> "look at the daemon's log";
        };
    }

    private String later() {
        var seconds = retryAfter();
        return seconds == null ? "try again later" : "try again in " + seconds + " s";
    }

    private @Nullable String retryAfter() {
        var seconds = problem.path("retry_after");
        return seconds.isNumber() ? seconds.toString() : null;
    }
}

package dev.iambroker.server.http;

import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One error in the form of IAM's token endpoint, for clients that know no other. */
final class IamError {
    private static final Logger log = LoggerFactory.getLogger(IamError.class);

    private static final int UNAVAILABLE = 503;

    private IamError() {}

    static Answer answer(Problem problem) {
        int status = statusOf(problem.type());
        String requestId = UUID.randomUUID().toString();
        log.debug("request {} is answered {}: {}", requestId, status, problem.detail());
        FullAnswer answer = FullAnswer.json(status, json(problem, requestId)).notStored();
        long retryAfter = problem.retryAfterSeconds();
        return retryAfter == 0 && status != UNAVAILABLE
                ? answer
                : answer.with("Retry-After", Long.toString(Math.max(1, retryAfter)));
    }

    /** IAM says 400 where a credential is good for nothing until somebody acts. */
    private static int statusOf(ProblemType type) {
        return switch (type.status()) {
            case 404 -> type == ProblemType.NO_SUCH_ROUTE ? 404 : 400;
            case 409, 422 -> 400;
            // As good as before: clients drop a credential that is answered 4xx.
            case 423, 504 -> UNAVAILABLE;
            default -> type.status();
        };
    }

    private static JsonText json(Problem problem, String requestId) {
        return new JsonText()
                .beginObject()
                .name("context")
                .beginObject()
                .member("requestId", requestId)
                .member("requestType", "incoming.Identity_Token")
                .endObject()
                .member("errorCode", codeOf(problem))
                .member("errorMessage", problem.detail())
                .endObject();
    }

    /** IAM's own, else IAM's for the like, else the broker's word: clients take an answer without a code for none. */
    private static String codeOf(Problem problem) {
        String iamCode = problem.about().iamCode();
        if (iamCode != null) {
            return iamCode;
        }
        return switch (problem.type().status()) {
            case 400, 404 -> "BXNIM0106E";
            case 401 -> "BXNIM0415E";
            case 403 -> "BXNIM0513E";
            case 409 -> "BXNIM0439E";
            default -> problem.type().word();
        };
    }
}

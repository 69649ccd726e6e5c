package dev.iambroker.server.http;

import dev.iambroker.broker.BrokerFailure;
import dev.iambroker.broker.BrokerFailure.About;
import java.time.Duration;

/** One error in the form of RFC 9457. Members that do not apply are left out. */
record Problem(ProblemType type, String detail, About about) {
    static final String MEDIA_TYPE = "application/problem+json";

    static Problem of(ProblemType type, String detail) {
        return new Problem(type, detail, About.NOTHING);
    }

    static Problem of(BrokerFailure failure) {
        return new Problem(typeOf(failure), String.valueOf(failure.getMessage()), failure.about());
    }

    private static ProblemType typeOf(BrokerFailure failure) {
        return switch (failure) {
            case BrokerFailure.Denied f -> ProblemType.DENIED;
            case BrokerFailure.Conflict conflict -> typeOf(conflict.kind());
            case BrokerFailure.LoginRefused f -> ProblemType.LOGIN_REFUSED;
            case BrokerFailure.Locked f -> ProblemType.LOCKED;
            case BrokerFailure.PassphraseRefused refused ->
                switch (refused.reason()) {
                    case WRONG -> ProblemType.WRONG_PASSPHRASE;
                    case TOO_SOON -> ProblemType.UNLOCK_TOO_SOON;
                };
            case BrokerFailure.StoreFailed f -> ProblemType.STORE_FAILED;
            case BrokerFailure.TooManyRequests f -> ProblemType.RATE_LIMITED;
            case BrokerFailure.Unknown f -> ProblemType.UNKNOWN;
            case BrokerFailure.BadRequest f -> ProblemType.BAD_REQUEST;
            case BrokerFailure.Unavailable f -> ProblemType.UNAVAILABLE;
            case BrokerFailure.Unrecorded f -> ProblemType.AUDIT_UNAVAILABLE;
            case BrokerFailure.DeadlineExceeded f -> ProblemType.DEADLINE_EXCEEDED;
        };
    }

    private static ProblemType typeOf(BrokerFailure.Conflict.Kind kind) {
        return switch (kind) {
            case LOGIN_REQUIRED -> ProblemType.LOGIN_REQUIRED;
            case DISABLED -> ProblemType.DISABLED;
            case ACCOUNT_UNBOUND -> ProblemType.ACCOUNT_UNBOUND;
            case IDENTITY_MISMATCH -> ProblemType.IDENTITY_MISMATCH;
            case AMBIGUOUS_CLUSTER -> ProblemType.AMBIGUOUS_CLUSTER;
            case CLUSTER_REFUSED -> ProblemType.CLUSTER_REFUSED;
        };
    }

    Problem withHint(String hint) {
        return new Problem(type, detail, about.withHint(hint));
    }

    /** In how many whole seconds it makes sense to come back; 0 where that is not known. */
    long retryAfterSeconds() {
        Duration retryAfter = about.retryAfter();
        return retryAfter == null ? 0 : wholeSeconds(retryAfter);
    }

    Answer answer() {
        return fullAnswer();
    }

    FullAnswer fullAnswer() {
        FullAnswer answer = FullAnswer.of(type.status(), MEDIA_TYPE, json());
        long retryAfter = retryAfterSeconds();
        if (retryAfter > 0) {
            answer = answer.with("Retry-After", Long.toString(retryAfter));
        }
        return type == ProblemType.UNAUTHORIZED ? answer.with("WWW-Authenticate", "Bearer") : answer;
    }

    private byte[] json() {
        JsonText json = new JsonText()
                .beginObject()
                .member("type", type.urn())
                .member("title", type.title())
                .member("status", type.status())
                .member("detail", detail);
        addAbout(json);
        return json.endObject().bytes();
    }

    private void addAbout(JsonText json) {
        if (about.account() != null) {
            json.member("account", about.account().value());
        }
        if (about.state() != null) {
            json.member("state", about.state().word());
        }
        if (about.iamCode() != null) {
            json.member("iam_code", about.iamCode());
        }
        if (about.retryAfter() != null) {
            json.member("retry_after", wholeSeconds(about.retryAfter()));
        }
        if (about.hint() != null) {
            json.member("hint", about.hint());
        }
    }

    /** Rounded up: whoever comes back after this many seconds comes late enough. */
    private static long wholeSeconds(Duration duration) {
        return Math.max(1, duration.plusNanos(999_999_999).toSeconds());
    }
}

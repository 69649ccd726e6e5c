package dev.iambroker.server.iam;

import dev.iambroker.iam.IamFailure;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The one place that decides what a failed grant means. A status that says "not now" comes before any code: to try again
 * costs a request, to give up a good credential costs a person a login. Then IAM's code decides, a known one by the
 * table, an unknown one by the status. An answer without a code is not IAM's, but that of something on the way.
 */
final class IamErrors {
    private enum Meaning {
        CREDENTIAL_DEAD,
        REQUEST_WRONG
    }

    private static final Map<String, Meaning> KNOWN = Map.ofEntries(
            Map.entry("BXNIM0400E", Meaning.CREDENTIAL_DEAD),
            Map.entry("BXNIM0407E", Meaning.CREDENTIAL_DEAD),
            Map.entry("BXNIM0408E", Meaning.CREDENTIAL_DEAD),
            Map.entry("BXNIM0410E", Meaning.CREDENTIAL_DEAD),
            Map.entry("BXNIM0415E", Meaning.CREDENTIAL_DEAD),
            Map.entry("BXNIM0439E", Meaning.CREDENTIAL_DEAD),
            Map.entry("BXNIM0462E", Meaning.CREDENTIAL_DEAD),
            Map.entry("BXNIM0602E", Meaning.CREDENTIAL_DEAD),
            Map.entry("BXNIM0106E", Meaning.REQUEST_WRONG),
            Map.entry("BXNIM0109E", Meaning.REQUEST_WRONG),
            Map.entry("BXNIM0308E", Meaning.REQUEST_WRONG),
            // RFC 6749 section 5.2, should a proxy or a successor of IAM speak it.
            Map.entry("invalid_request", Meaning.REQUEST_WRONG),
            Map.entry("invalid_client", Meaning.REQUEST_WRONG),
            Map.entry("unauthorized_client", Meaning.REQUEST_WRONG),
            Map.entry("unsupported_grant_type", Meaning.REQUEST_WRONG),
            Map.entry("invalid_scope", Meaning.REQUEST_WRONG));

    /** Refusals of who asks rather than of what is asked. 200: IAM's code alone makes it an error. */
    private static final Set<Integer> REFUSES_CREDENTIAL = Set.of(200, 400, 401, 403);

    private static final Set<Integer> NOT_NOW = Set.of(408, 425, 429);

    /** A code goes into logs, metrics of others and answers, so it has to look like one. */
    private static final Pattern CODE = Pattern.compile("[A-Z]{2,8}[0-9]{2,6}[A-Z]?|[a-z]+(_[a-z]+){1,3}");

    private final InstantSource clock;

    IamErrors(InstantSource clock) {
        this.clock = clock;
    }

    /** The exchange did not come to an answer. */
    static IamFailure unreached(String host, ExchangeFailure failure, boolean isPasscode) {
        String hint =
                isPasscode && failure.mayHaveArrived() ? "; the passcode may be spent, so log in with a new one" : "";
        return new IamFailure.Retry("IAM at " + host + " " + failure.phrase() + hint, IamFailure.NO_STATUS, null, null);
    }

    /** An answer of 2xx that cannot be read: something on the way spoke in IAM's place. */
    static IamFailure unreadable(String host, HttpAnswer answer) {
        String what = answer.body().length == 0 ? "an empty body" : "something other than a JSON object";
        return new IamFailure.Retry(
                "IAM at " + host + " answered " + answer.status() + " with " + what
                        + "; expected tokens, check endpoints.iam if this stays",
                answer.status(),
                null,
                null);
    }

    /** A well-formed answer that does not hold what was asked for: without a code of IAM's it may be anybody's. */
    static IamFailure lacking(String host, HttpAnswer answer, String label, String purpose) {
        return new IamFailure.Retry(
                "IAM at " + host + " answered the grant " + label + " without a usable " + purpose,
                answer.status(),
                null,
                null);
    }

    /** No page says that a profile gets one; an access token alone is IAM's way to say that it does not. */
    static IamFailure noIdTokenForProfile(String host, HttpAnswer answer) {
        return new IamFailure.GiveUp(
                "IAM at " + host + " gives a trusted profile no ID token, which clusters want; use an account with an"
                        + " api-key or a person's login for them",
                answer.status(),
                null);
    }

    /** IAM, or something on the way to it, answered with an error. */
    IamFailure refused(String host, HttpAnswer answer, Redactor redactor) {
        ErrorBody error = ErrorBody.of(answer.body());
        String code = code(error, redactor);
        String message = message(host, answer, code, redactor.clean(error.words()));
        int status = answer.status();
        if (code == null || isNotNow(status)) {
            return new IamFailure.Retry(message, status, code, RetryAfter.of(answer, clock));
        }
        return switch (meaning(code, status)) {
            case CREDENTIAL_DEAD -> new IamFailure.Reauthenticate(message, status, code);
            case REQUEST_WRONG -> new IamFailure.GiveUp(message, status, code);
        };
    }

    /** IAM's code where {@code error} has one that looks like it. */
    static @Nullable String code(ErrorBody error, Redactor redactor) {
        String code = redactor.clean(error.code());
        return code != null && CODE.matcher(code).matches() ? code : null;
    }

    private static boolean isNotNow(int status) {
        return NOT_NOW.contains(status) || status >= 500;
    }

    private static Meaning meaning(String code, int status) {
        Meaning known = KNOWN.get(code);
        if (known != null) {
            return known;
        }
        return REFUSES_CREDENTIAL.contains(status) ? Meaning.CREDENTIAL_DEAD : Meaning.REQUEST_WRONG;
    }

    private static String message(String host, HttpAnswer answer, @Nullable String code, @Nullable String words) {
        if (code != null) {
            return "IAM at " + host + " answered " + answer.status() + " " + code + (words == null ? "" : ": " + words);
        }
        return "IAM at " + host + " answered " + answer.status() + withoutCode(answer.status());
    }

    private static String withoutCode(int status) {
        if (status / 100 == 3) {
            return ", a redirect, which is never followed; check endpoints.iam";
        }
        return isNotNow(status)
                ? " without a code of its own"
                : " without a code of its own; something on the way may answer for it, check endpoints.iam and the proxy";
    }
}

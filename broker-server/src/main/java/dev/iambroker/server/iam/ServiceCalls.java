package dev.iambroker.server.iam;

import dev.iambroker.account.ServiceFailure;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** Calls one of IBM's services beside IAM and turns whatever is no good answer into a {@link ServiceFailure}. */
final class ServiceCalls {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceCalls.class);

    /** Hundreds of accounts or clusters in full. */
    private static final int MAX_ANSWER_BYTES = 4 * 1024 * 1024;

    private final String service;
    private final HttpExchange exchange;
    private final Redactor redactor;

    /**
     * @param service what messages call it, {@code accounts service}
     * @param redactor of the tokens that the calls present
     */
    ServiceCalls(String service, HttpExchange exchange, Redactor redactor) {
        this.service = service;
        this.exchange = exchange;
        this.redactor = redactor;
    }

    /** A success's body. */
    byte[] bytes(HttpCall call) {
        HttpAnswer answer = send(call);
        if (!answer.isSuccess()) {
            throw refused(call, answer);
        }
        return answer.body();
    }

    /** A success's body as JSON. */
    JsonNode json(HttpCall call) {
        JsonNode json = JsonAnswer.parse(bytes(call));
        if (json == null) {
            throw unexpected(call, "something other than JSON");
        }
        return json;
    }

    /** A success that does not hold what it should. */
    ServiceFailure unexpected(HttpCall call, String what) {
        return new ServiceFailure(
                "the " + service + " at " + call.host() + " answered with " + what, ServiceFailure.NO_STATUS, null);
    }

    private HttpAnswer send(HttpCall call) {
        try {
            HttpAnswer answer = exchange.send(call, MAX_ANSWER_BYTES);
            LOG.debug(
                    "{} host={} path={} status={}",
                    service,
                    call.host(),
                    call.uri().getRawPath(),
                    answer.status());
            return answer;
        } catch (ExchangeFailure e) {
            LOG.debug(
                    "{} host={} path={} status=error",
                    service,
                    call.host(),
                    call.uri().getRawPath());
            throw new ServiceFailure(
                    "the " + service + " at " + call.host() + " " + e.phrase(), ServiceFailure.NO_STATUS, null);
        }
    }

    private ServiceFailure refused(HttpCall call, HttpAnswer answer) {
        ErrorBody error = ErrorBody.of(answer.body());
        String code = redactor.clean(error.code());
        String message = "the " + service + " at " + call.host() + " answered " + answer.status()
                + spaced(" ", code) + spaced(": ", withoutStop(redactor.clean(error.words())))
                + spaced(", incident ", redactor.clean(error.requestId()));
        return new ServiceFailure(message, answer.status(), code);
    }

    private static @Nullable String withoutStop(@Nullable String words) {
        return words != null && words.endsWith(".") ? words.substring(0, words.length() - 1) : words;
    }

    private static String spaced(String before, @Nullable String text) {
        return text == null ? "" : before + text;
    }
}

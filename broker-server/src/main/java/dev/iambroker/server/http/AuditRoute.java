package dev.iambroker.server.http;

import dev.iambroker.broker.TokenBroker;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A question to the audit log. Asking is an act of administration, and on record itself.
 *
 * @param word the last segment of the path
 * @param trail null where no audit log is kept
 */
record AuditRoute(
        TokenBroker broker, @Nullable AuditTrail trail, String word, List<String> parameters, Question question)
        implements Route {
    private static final String FROM = "from";
    private static final String AFTER = "after";
    private static final String LIMIT = "limit";
    private static final String FINGERPRINT = "fingerprint";
    private static final int USUAL_RECORDS = 100;
    private static final int MOST_RECORDS = 1000;

    /** Six digits tell tokens of one machine apart, and are what people copy. */
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{6,64}");

    /** What is asked. */
    @FunctionalInterface
    interface Question {
        byte[] ask(AuditTrail trail, Query query);
    }

    static List<AuditRoute> all(TokenBroker broker, @Nullable AuditTrail trail) {
        return List.of(
                new AuditRoute(broker, trail, "verify", List.of(FROM), AuditRoute::verify),
                new AuditRoute(broker, trail, "records", List.of(AFTER, LIMIT), AuditRoute::records),
                new AuditRoute(broker, trail, "holders", List.of(FINGERPRINT), AuditRoute::holders));
    }

    private static byte[] verify(AuditTrail trail, Query query) {
        return trail.verify(query.number(FROM, 1, Long.MAX_VALUE).orElse(1));
    }

    private static byte[] records(AuditTrail trail, Query query) {
        int limit = (int) query.number(LIMIT, 1, MOST_RECORDS).orElse(USUAL_RECORDS);
        return trail.records(limit, query.number(AFTER, 0, Long.MAX_VALUE).orElse(-1));
    }

    private static byte[] holders(AuditTrail trail, Query query) {
        String fingerprint = query.get(FINGERPRINT);
        if (fingerprint == null || !HEX.matcher(fingerprint).matches()) {
            throw RequestRefused.badRequest(
                    "query parameter fingerprint is not the beginning of one: six or more lower-case hexadecimal digits");
        }
        return trail.holders(fingerprint);
    }

    @Override
    public RoutePattern pattern() {
        return RoutePattern.get("/v1/audit/" + word);
    }

    @Override
    public Answer answer(Call call) {
        broker.administered(call.client(), "audit-" + word);
        if (trail == null) {
            throw new RequestRefused(Problem.of(
                    ProblemType.NO_AUDIT_LOG, "no audit log is kept: set audit.file in the configuration and restart"));
        }
        return FullAnswer.of(200, "application/json", question.ask(trail, call.query()))
                .notStored();
    }
}

package dev.iambroker.server.iam;

import dev.iambroker.iam.Claims;
import dev.iambroker.iam.Grant;
import dev.iambroker.iam.IamAnswer;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.iam.IssuedToken;
import dev.iambroker.secret.Reveals;
import dev.iambroker.secret.Secret;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Whatever IAM, or something in its place, answers is an answer whose times can be reckoned with, or a failure that
 * repeats nothing presented to it. The first byte chooses the status; the bytes up to a line end are {@code Retry-After}
 * and {@code Date}.
 */
public final class IamAnswersFuzz {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String KEY = "kNaRyQx7-presented";
    private static final Grant GRANT = new Grant.ApiKey(Secret.of(KEY), null, false);
    private static final List<Integer> STATUSES =
            List.of(200, 201, 204, 302, 400, 401, 403, 404, 408, 422, 429, 500, 503);
    private static final IamErrors ERRORS = new IamErrors(InstantSource.fixed(NOW));
    private static final Redactor REDACTOR = new Redactor(List.of(Secret.of(KEY)));

    private IamAnswersFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        int status = STATUSES.get((data[0] & 0xff) % STATUSES.size());
        int end = endOfLine(data);
        String header = new String(data, 1, end - 1, StandardCharsets.ISO_8859_1);
        String body = new String(data, end, data.length - end, StandardCharsets.UTF_8).replace("~", KEY);
        HttpAnswer answer = new HttpAnswer(
                status,
                HttpHeaders.of(Map.of("Retry-After", List.of(header), "Date", List.of(header)), (name, value) -> true),
                body.getBytes(StandardCharsets.UTF_8));
        checkFailure(ERRORS.refused("iam.example", answer, REDACTOR));
        checkFailure(IamErrors.unreadable("iam.example", answer));
        JsonNode json = JsonAnswer.object(answer.body());
        if (json != null) {
            checkAnswer(TokenAnswer.read(json, NOW, Duration.ofSeconds(data[0])));
        }
        checkClaims(JwtClaims.decode(body));
    }

    private static int endOfLine(byte[] data) {
        for (int i = 1; i < data.length; i++) {
            if (data[i] == '\n') {
                return i;
            }
        }
        return 1;
    }

    private static void checkFailure(IamFailure failure) {
        String words = failure.getMessage() + " " + failure.iamCode();
        if (words.contains(KEY) || words.contains("\n") || words.length() > 1000) {
            throw new AssertionError("what was presented, or a second line, in: " + words);
        }
        Duration wait = failure instanceof IamFailure.Retry retry ? retry.retryAfter() : null;
        if (wait != null && (wait.isNegative() || wait.compareTo(Duration.ofMinutes(10)) > 0)) {
            throw new AssertionError("a wait of " + wait);
        }
    }

    private static void checkAnswer(IamAnswer answer) {
        for (IssuedToken token : Arrays.asList(answer.access(), answer.id(), answer.uaa())) {
            if (token != null) {
                checkToken(token);
            }
        }
        TokenAnswer.serves(GRANT, answer);
    }

    @Reveals("a made-up token, to see that none is empty")
    private static void checkToken(IssuedToken token) {
        // Both are added to clocks: neither may overflow.
        boolean isSane = !token.life().isNegative()
                && token.life().toSeconds() <= Integer.MAX_VALUE
                && !token.value().reveal().isEmpty();
        if (!isSane || token.expiresAt().plus(token.life()).isBefore(Instant.EPOCH)) {
            throw new AssertionError("no token to plan by: " + token);
        }
        checkClaims(token.claims());
    }

    private static void checkClaims(@Nullable Claims claims) {
        if (claims != null) {
            Objects.requireNonNull(claims.audience()).forEach(Objects::requireNonNull);
        }
    }
}

package dev.iambroker.server.iam;

import dev.iambroker.iam.Claims;
import dev.iambroker.iam.Grant;
import dev.iambroker.iam.IamAnswer;
import dev.iambroker.iam.IssuedToken;
import dev.iambroker.secret.Secret;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads IAM's answer to a grant. Unknown members are ignored, most known ones may be missing. */
final class TokenAnswer {
    /** What IAM writes for a refresh token to who is no client. */
    private static final String NOT_SUPPORTED = "not_supported";

    /** Longer than any broker runs, and still a number of nanoseconds that a clock can be added to. */
    private static final Duration LONGEST_LIFE = Duration.ofSeconds(Integer.MAX_VALUE);

    private final JsonNode json;
    private final Instant requestedAt;

    /** IAM's clock at that moment, as far as it is known. */
    private final Instant requestedThere;

    private TokenAnswer(JsonNode json, Instant requestedAt, Instant requestedThere) {
        this.json = json;
        this.requestedAt = requestedAt;
        this.requestedThere = requestedThere;
    }

    /**
     * @param requestedAt local wall clock just before the request was sent
     * @param skew how far IAM's clock is ahead of it
     */
    static IamAnswer read(JsonNode json, Instant requestedAt, Duration skew) {
        return new TokenAnswer(json, requestedAt, requestedAt.plus(skew)).read();
    }

    /** The member that an answer to {@code grant} cannot do without. */
    static String purpose(Grant grant) {
        return switch (grant) {
            case Grant.Password g -> "access_token";
            case Grant.ApiKey g -> "access_token";
            case Grant.Passcode g -> "access_token";
            case Grant.Refresh g -> "access_token";
            case Grant.DelegatedRefresh g -> "delegated_refresh_token";
            case Grant.DelegatedExchange g -> "id_token";
            case Grant.KubeRefresh g -> "id_token";
            case Grant.KubeApiKey g -> "id_token";
            case Grant.ComputeResource g -> g.asKube() ? "id_token" : "access_token";
        };
    }

    /** Whether {@code answer} holds the token that {@code grant} is for, with an end that is known. */
    static boolean serves(Grant grant, IamAnswer answer) {
        return switch (purpose(grant)) {
            case "delegated_refresh_token" -> answer.delegatedRefreshToken() != null;
            case "id_token" -> answer.id() != null;
            default -> answer.access() != null;
        };
    }

    private IamAnswer read() {
        return new IamAnswer(
                access(),
                other("id_token"),
                other("uaa_token"),
                refreshToken(),
                secret("delegated_refresh_token"),
                JsonAnswer.instant(json, "refresh_token_expiration"),
                JsonAnswer.text(json, "scope"),
                requestedAt);
    }

    private @Nullable IssuedToken access() {
        String token = JsonAnswer.text(json, "access_token");
        if (token == null) {
            return null;
        }
        Claims claims = JwtClaims.decode(token);
        return issued(token, claims, smaller(expiresIn(), lifeOf(claims)));
    }

    /** ID and UAA tokens have lives of their own; the answer speaks of the access token. */
    private @Nullable IssuedToken other(String member) {
        String token = JsonAnswer.text(json, member);
        if (token == null) {
            return null;
        }
        Claims claims = JwtClaims.decode(token);
        Duration own = lifeOf(claims);
        return issued(token, claims, own == null ? expiresIn() : own);
    }

    /** Null where nothing tells when the token ends: such a token can be neither planned by nor handed out. */
    private @Nullable IssuedToken issued(String token, @Nullable Claims claims, @Nullable Duration known) {
        Duration found = known == null ? untilExpiration() : known;
        if (found == null) {
            return null;
        }
        Duration life = found.compareTo(LONGEST_LIFE) > 0 ? LONGEST_LIFE : found;
        return new IssuedToken(Secret.of(token), life, endOf(claims, life), claims);
    }

    private Instant endOf(@Nullable Claims claims, Duration life) {
        if (claims != null && claims.expiresAt() != null) {
            return claims.expiresAt();
        }
        Instant answered = JsonAnswer.instant(json, "expiration");
        return answered == null ? requestedAt.plus(life) : answered;
    }

    private @Nullable Duration expiresIn() {
        Long seconds = JsonAnswer.positive(json, "expires_in");
        return seconds == null ? null : Duration.ofSeconds(Math.min(seconds, Integer.MAX_VALUE));
    }

    /** Good only as far as the skew is known, so it is asked last. */
    private @Nullable Duration untilExpiration() {
        Instant end = JsonAnswer.instant(json, "expiration");
        return end == null || !end.isAfter(requestedThere) ? null : Duration.between(requestedThere, end);
    }

    private @Nullable Duration lifeOf(@Nullable Claims claims) {
        if (claims == null || claims.expiresAt() == null) {
            return null;
        }
        Instant from = claims.issuedAt() == null ? requestedThere : claims.issuedAt();
        Duration life = Duration.between(from, claims.expiresAt());
        return life.isPositive() ? life : Duration.ZERO;
    }

    private static @Nullable Duration smaller(@Nullable Duration one, @Nullable Duration other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.compareTo(other) <= 0 ? one : other;
    }

    private @Nullable Secret refreshToken() {
        String token = JsonAnswer.text(json, "refresh_token");
        return token == null || token.equals(NOT_SUPPORTED) ? null : Secret.of(token);
    }

    private @Nullable Secret secret(String member) {
        String value = JsonAnswer.text(json, member);
        return value == null ? null : Secret.of(value);
    }
}

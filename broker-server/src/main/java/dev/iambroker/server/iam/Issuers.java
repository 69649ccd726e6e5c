package dev.iambroker.server.iam;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Who issues the ID tokens of one IAM: what its generation implies, or where the configuration puts another in its place
 * what that one's discovery document says. A document that cannot be had leaves it unknown, which keeps no token back.
 * Thread-safe; whoever comes while it is fetched waits for it.
 */
final class Issuers {
    /** Issuers change once in many years. */
    private static final Duration AGE = Duration.ofHours(1);

    /** A service that is away is not asked again at each token. */
    private static final Duration AGE_OF_NOTHING = Duration.ofMinutes(5);

    private static final int MAX_BYTES = 64 * 1024;

    private final CloudProfile profile;
    private final HttpExchange exchange;
    private @Nullable Answer known;

    private record Answer(Set<String> issuers, long atNanos) {
        boolean isFresh(long nowNanos) {
            Duration age = issuers.isEmpty() ? AGE_OF_NOTHING : AGE;
            return nowNanos - atNanos < age.toNanos();
        }
    }

    /** @param exchange with a short deadline: a caller waits for a token that is there already */
    Issuers(CloudProfile profile, HttpExchange exchange) {
        this.profile = profile;
        this.exchange = exchange;
    }

    Set<String> at(long nowNanos) {
        return profile.issuers().isEmpty() && profile.cloud().hasKubeFlow() ? discovered(nowNanos) : profile.issuers();
    }

    private synchronized Set<String> discovered(long nowNanos) {
        if (known == null || !known.isFresh(nowNanos)) {
            known = new Answer(asked(), nowNanos);
        }
        return known.issuers();
    }

    private Set<String> asked() {
        try {
            HttpAnswer answer = exchange.send(HttpCall.get(profile.discoveryUrl()), MAX_BYTES);
            JsonNode document = answer.isSuccess() ? JsonAnswer.object(answer.body()) : null;
            String issuer = document == null ? null : JsonAnswer.text(document, "issuer");
            return issuer == null ? Set.of() : Set.of(issuer);
        } catch (ExchangeFailure away) {
            return Set.of();
        }
    }
}

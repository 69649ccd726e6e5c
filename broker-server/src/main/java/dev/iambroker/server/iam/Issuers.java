package dev.iambroker.server.iam;

import dev.iambroker.iam.TokenIssuers;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Who issues the ID tokens of one IAM: what its generation implies, or where the configuration puts another in its place
 * what that one's discovery document says. A document that cannot be had leaves it unknown, which keeps no token back.
 * Thread-safe; one asks, and only those who come before the first answer wait for it.
 */
final class Issuers {
    /** Issuers change once in many years. */
    private static final Duration AGE = Duration.ofHours(1);

    /** A service that is away is not asked again at each token. */
    private static final Duration AGE_OF_NOTHING = Duration.ofMinutes(5);

    /** Before the document is read once more because a token contradicts it. */
    private static final Duration AGE_OF_DOUBT = Duration.ofMinutes(1);

    private static final int MAX_BYTES = 64 * 1024;

    /** It goes into log lines and answers, whoever wrote it: 200 printable characters. */
    private static final Pattern URL = Pattern.compile("(?=.{1,200}$)https?://[!-~]+");

    private final CloudProfile profile;
    private final HttpExchange exchange;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile @Nullable Answer known;

    private record Answer(Set<String> issuers, long atNanos, long triedNanos) {
        boolean serves(@Nullable String named, long nowNanos) {
            Duration age = issuers.isEmpty() ? AGE_OF_NOTHING : AGE;
            boolean isFresh = nowNanos - atNanos < age.toNanos();
            boolean isDoubted = !issuers.isEmpty() && (named == null || !issuers.contains(named));
            return isFresh && (!isDoubted || nowNanos - triedNanos < AGE_OF_DOUBT.toNanos());
        }
    }

    /** @param exchange with a short deadline: a caller waits for a token that is there already */
    Issuers(CloudProfile profile, HttpExchange exchange) {
        this.profile = profile;
        this.exchange = exchange;
    }

    /** @param named the issuer that a token names; null where it names none */
    TokenIssuers at(long nowNanos, @Nullable String named) {
        boolean isAsked = profile.issuers().isEmpty() && profile.cloud().hasKubeFlow();
        return isAsked
                ? new TokenIssuers(
                        discovered(nowNanos, named), profile.discoveryUrl().toString())
                : new TokenIssuers(profile.issuers(), null);
    }

    private Set<String> discovered(long nowNanos, @Nullable String named) {
        Answer answer = known;
        if (answer != null && (answer.serves(named, nowNanos) || !asking.tryLock())) {
            return answer.issuers();
        }
        if (answer == null) {
            asking.lock();
        }
        try {
            Answer current = known;
            if (current == null || !current.serves(named, nowNanos)) {
                current = next(current, nowNanos);
                known = current;
            }
            return current.issuers();
        } finally {
            asking.unlock();
        }
    }

    /** A document that cannot be had just now takes nothing back of what was read within the hour. */
    private Answer next(@Nullable Answer before, long nowNanos) {
        Set<String> issuers = asked();
        if (!issuers.isEmpty() || before == null || before.issuers().isEmpty()) {
            return new Answer(issuers, nowNanos, nowNanos);
        }
        boolean isWithinTheHour = nowNanos - before.atNanos() < AGE.toNanos();
        return isWithinTheHour
                ? new Answer(before.issuers(), before.atNanos(), nowNanos)
                : new Answer(issuers, nowNanos, nowNanos);
    }

    private Set<String> asked() {
        try {
            HttpAnswer answer = exchange.send(HttpCall.get(profile.discoveryUrl()), MAX_BYTES);
            JsonNode document = answer.isSuccess() ? JsonAnswer.object(answer.body()) : null;
            String issuer = document == null ? null : JsonAnswer.text(document, "issuer");
            return issuer == null || !URL.matcher(issuer).matches() ? Set.of() : Set.of(issuer);
        } catch (ExchangeFailure away) {
            return Set.of();
        }
    }
}

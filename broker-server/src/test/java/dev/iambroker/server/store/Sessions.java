package dev.iambroker.server.store;

import dev.iambroker.account.TokenKind;
import dev.iambroker.secret.Reveals;
import dev.iambroker.secret.Secret;
import dev.iambroker.store.StoredSession;
import dev.iambroker.store.StoredToken;
import dev.iambroker.store.Uptime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Sessions to store, and a way to compare what came back. */
final class Sessions {
    private static final int MOST_TOKENS = 4;
    private static final int MOST_TEXT = 40;

    private Sessions() {}

    static StoredSession withRefreshToken(String refreshToken) {
        var token = new StoredToken(
                TokenKind.ACCESS,
                Secret.of("access-" + refreshToken),
                Instant.parse("2026-03-01T10:00:00Z"),
                null,
                Duration.ofMinutes(60),
                Instant.parse("2026-03-01T11:00:00Z"),
                "ibm openid");
        return new StoredSession(
                "api-key",
                Secret.of(refreshToken),
                Secret.of("previous-" + refreshToken),
                null,
                null,
                null,
                null,
                false,
                List.of(token));
    }

    static StoredSession random(Random random) {
        List<StoredToken> tokens = new ArrayList<>();
        for (int i = random.nextInt(MOST_TOKENS + 1); i > 0; i--) {
            tokens.add(randomToken(random));
        }
        return new StoredSession(
                text(random),
                secretOrNull(random),
                secretOrNull(random),
                random.nextBoolean() ? null : instant(random),
                textOrNull(random),
                textOrNull(random),
                textOrNull(random),
                random.nextBoolean(),
                tokens);
    }

    private static StoredToken randomToken(Random random) {
        TokenKind[] kinds = TokenKind.values();
        boolean isOfCluster = random.nextInt(4) == 0;
        return new StoredToken(
                isOfCluster ? TokenKind.KUBE : kinds[random.nextInt(kinds.length)],
                isOfCluster ? text(random) : null,
                Secret.of(text(random)),
                instant(random),
                random.nextBoolean() ? null : new Uptime(text(random), Duration.ofNanos(random.nextLong())),
                Duration.ofNanos(random.nextLong()),
                instant(random),
                textOrNull(random));
    }

    private static @Nullable Secret secretOrNull(Random random) {
        String text = textOrNull(random);
        return text == null ? null : Secret.of(text);
    }

    private static @Nullable String textOrNull(Random random) {
        return random.nextInt(3) == 0 ? null : text(random);
    }

    private static String text(Random random) {
        return random.ints(random.nextInt(MOST_TEXT), 0, 0x11000)
                .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static Instant instant(Random random) {
        return Instant.ofEpochSecond(random.nextLong(-1L << 40, 1L << 40), random.nextInt(1_000_000_000));
    }

    /** Everything in a session as one text, so that two can be compared. */
    @Reveals("test secrets, to compare what was written with what came back")
    static String clear(@Nullable StoredSession session) {
        if (session == null) {
            return "none";
        }
        String tokens = session.tokens().stream().map(Sessions::clear).collect(Collectors.joining(","));
        return String.join(
                "|",
                session.login(),
                clear(session.refreshToken()),
                clear(session.previousRefreshToken()),
                String.valueOf(session.refreshTokenExpiresAt()),
                String.valueOf(session.boundAccountId()),
                String.valueOf(session.iamId()),
                String.valueOf(session.importedFingerprint()),
                String.valueOf(session.disabled()),
                tokens);
    }

    private static String clear(StoredToken token) {
        return token.kind() + ":" + token.cluster() + ":" + clear(token.value()) + ":" + token.acquiredAt() + ":"
                + token.acquiredUptime() + ":" + token.life() + ":" + token.expiresAt() + ":" + token.scope();
    }

    @Reveals("test secrets, to compare what was written with what came back")
    static String clear(@Nullable Secret secret) {
        return secret == null ? "null" : "'" + secret.reveal() + "'";
    }
}

package dev.iambroker.server.page;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * What opens the page: a token that is good once, and the session that the first browser gets for it. There is never a second
 * session. Thread-safe.
 */
final class PageKeys {
    private static final int BYTES = 32;
    private static final String COOKIE = "iam-broker-page";

    private final String session;

    /**
     * A browser sends cookies to every port of an address. Whoever serves another port does not know this path, and so is never
     * sent the session; and two pages at once keep theirs apart.
     */
    private final String home;

    @GuardedBy("this")
    private @Nullable String token;

    PageKeys(SecureRandom random) {
        token = text(random);
        session = text(random);
        home = "/page/" + text(random) + "/";
    }

    private static String text(SecureRandom random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Null once it is spent. */
    synchronized @Nullable String token() {
        return token;
    }

    /** The path that everything of the page is below; no secret by itself. */
    String home() {
        return home;
    }

    /** Spends the token: whether {@code presented} is it, which is so once. */
    synchronized boolean spend(String presented) {
        String expected = token;
        if (expected == null || !isSame(presented, expected)) {
            return false;
        }
        token = null;
        return true;
    }

    /** A {@code Set-Cookie}, for the browser that the token was spent by. */
    String cookie() {
        return COOKIE + "=" + session + "; Path=" + home + "; HttpOnly; SameSite=Strict";
    }

    /** @param cookies a {@code Cookie} header, null without one */
    boolean isSession(@Nullable String cookies) {
        if (cookies == null) {
            return false;
        }
        boolean found = false;
        for (String each : cookies.split(";", -1)) {
            String pair = each.strip();
            if (pair.startsWith(COOKIE + "=")) {
                found |= isSame(pair.substring(COOKIE.length() + 1), session);
            }
        }
        return found;
    }

    private static boolean isSame(String presented, String expected) {
        return MessageDigest.isEqual(
                presented.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
    }
}

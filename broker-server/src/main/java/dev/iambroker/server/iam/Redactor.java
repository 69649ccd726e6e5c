package dev.iambroker.server.iam;

import dev.iambroker.secret.Reveals;
import dev.iambroker.secret.Secret;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes the other side's words fit for a message or a log line: what was presented to it is taken out should it come
 * back, control characters and line breaks become spaces, length is bounded.
 */
final class Redactor {
    private static final int MAX_CHARS = 300;
    private static final String REMOVED = "[removed]";

    /** Controls, and the invisible format characters by which a terminal's line can be turned around. */
    private static final Pattern INVISIBLE = Pattern.compile("[\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}]+");

    /** A JWT: IAM has no reason to put one into an error, so none is shown, ours or not. */
    private static final Pattern TOKEN = Pattern.compile("eyJ[A-Za-z0-9_-]{8,}(\\.[A-Za-z0-9_-]*)*");

    private final List<Secret> presented;

    Redactor(List<Secret> presented) {
        this.presented = List.copyOf(presented);
    }

    @Nullable
    String clean(@Nullable String words) {
        return words == null ? null : cleaned(words);
    }

    private String cleaned(String words) {
        String visible = INVISIBLE.matcher(withoutPresented(words)).replaceAll(" ");
        String tokenless = TOKEN.matcher(visible).replaceAll(REMOVED).strip();
        return tokenless.length() <= MAX_CHARS ? tokenless : tokenless.substring(0, MAX_CHARS) + "…";
    }

    @Reveals("the secret is searched for in a foreign text, to take it out")
    private String withoutPresented(String words) {
        String rest = words;
        for (Secret secret : presented) {
            if (!secret.isEmpty()) {
                rest = rest.replace(secret.reveal(), REMOVED);
                rest = rest.replace(URLEncoder.encode(secret.reveal(), StandardCharsets.UTF_8), REMOVED);
            }
        }
        return rest;
    }
}

package dev.iambroker.event;

import dev.iambroker.client.ClientIdentity;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One decision of the broker over one request.
 *
 * @param action {@code access}, {@code kube}, {@code uaa}, {@code list}, {@code login}, {@code logout} …
 * @param account as the client named it, if that had the shape of a name; {@code cluster} too
 * @param rule the rule that decided
 * @param source where what was handed out came from, null where nothing was
 * @param fingerprint start of the SHA-256 of what was handed out, null where nothing was
 */
public record AuditEvent(
        Instant at,
        ClientIdentity client,
        String action,
        String account,
        @Nullable String cluster,
        boolean allowed,
        String rule,
        @Nullable Source source,
        @Nullable String fingerprint) {
    /** Where a token came from. */
    public enum Source {
        /** It was there when it was asked for. */
        CACHED("cached"),
        /** IAM made it while the request waited. */
        MINTED("minted");

        private final String word;

        Source(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    /** A decision that hands nothing out. */
    public AuditEvent(
            Instant at,
            ClientIdentity client,
            String action,
            String account,
            @Nullable String cluster,
            boolean allowed,
            String rule) {
        this(at, client, action, account, cluster, allowed, rule, null, null);
    }

    /** The same at another time. */
    public AuditEvent at(Instant time) {
        return new AuditEvent(time, client, action, account, cluster, allowed, rule, source, fingerprint);
    }

    /** Whether a token went out with it. */
    public boolean isHandOut() {
        return allowed && fingerprint != null;
    }
}

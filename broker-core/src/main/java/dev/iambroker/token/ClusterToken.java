package dev.iambroker.token;

import dev.iambroker.account.Account;
import dev.iambroker.iam.Claims;
import dev.iambroker.iam.TokenIssuers;
import java.time.Instant;
import java.util.Collection;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a cluster will look at in an ID token, in kube-apiserver's order: issuer, audience, end, the user name's claim. A
 * token that fails would be a bare 401 at the cluster, so it is not handed out, and what did not fit is named here.
 *
 * @param issuers those that clusters take; where they are not known, any is let through
 * @param answeredAt when IAM answered, by its own clock; null where that is not known, and then no end is judged. This
 *     machine's clock, or what was learnt of the skew, would keep good tokens back on the day that one of them is wrong
 */
record ClusterToken(
        Account account, TokenIssuers issuers, @Nullable Instant answeredAt) {
    private static final String AUDIENCE = "kube";

    /** Of a text that the other side wrote: more says no more. */
    private static final int MAX_SHOWN = 200;

    void judge(@Nullable Claims claims) {
        if (claims == null) {
            throw mismatch("is no JWT", "one that is");
        }
        judgeIssuer(claims.issuer());
        judgeAudience(claims.audience());
        judgeEnd(claims.expiresAt());
        judgeAccount(claims.kubeAccounts());
    }

    private void judgeIssuer(@Nullable String issuer) {
        if (!issuers.names().isEmpty() && (issuer == null || !issuers.names().contains(issuer))) {
            String bySource = issuers.document() == null
                    ? ""
                    : ", as IAM's own discovery document " + shown(issuers.document()) + " says";
            throw mismatch(
                    "names " + (issuer == null ? "no issuer" : "the issuer " + shown(issuer)),
                    shown(String.join(" or ", new TreeSet<>(issuers.names()))) + bySource);
        }
    }

    private void judgeAudience(Collection<String> audience) {
        if (!audience.contains(AUDIENCE)) {
            throw mismatch(
                    "is for " + (audience.isEmpty() ? "no audience" : "the audience " + shown(audience)), AUDIENCE);
        }
    }

    private void judgeEnd(@Nullable Instant end) {
        if (end != null && answeredAt != null && !end.isAfter(answeredAt)) {
            throw new RenewalFailure.Transient(
                    "IAM answered with an ID token for clusters that ended at " + end + ", and by its own clock it was "
                            + answeredAt + ": it is asked again",
                    null,
                    null);
        }
    }

    /** Claims of the name {@code realmed_sub_<account>} or {@code sub_<account>} are what the user's name is read from. */
    private void judgeAccount(Collection<String> accounts) {
        String expected = account.accountId();
        if (expected != null && accounts.stream().noneMatch(expected::equalsIgnoreCase)) {
            throw Identities.anotherAccount(account, shown(accounts));
        }
    }

    private RenewalFailure.IdentityMismatch mismatch(String what, String wanted) {
        return new RenewalFailure.IdentityMismatch("account \"" + account.name() + "\": IAM's ID token for clusters "
                + what + ", and clusters take only " + wanted + ": check 'cloud' and 'endpoints.iam' of the account");
    }

    private static String shown(Collection<String> values) {
        return shown(String.join(", ", new TreeSet<>(values)));
    }

    /** On one line. */
    private static String shown(String value) {
        String line = value.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", " ");
        return line.length() <= MAX_SHOWN ? line : line.substring(0, MAX_SHOWN) + "\u2026";
    }
}

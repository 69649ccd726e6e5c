package dev.iambroker.iam;

import dev.iambroker.account.TrustedProfile;
import dev.iambroker.secret.Secret;
import org.jspecify.annotations.Nullable;

/**
 * One request for tokens, RFC 6749 section 4 and IAM's extension grants. A record a grant; the adapter maps each to
 * the headers and form fields of the account's cloud.
 */
public sealed interface Grant {
    /** The value of the metric label {@code grant}. */
    String label();

    /**
     * Log in by API key.
     *
     * @param accountId sent as account binding; a key reaches only the account it was made for
     * @param asClient with the client {@code bx:bx}, so that the answer carries a refresh token
     */
    record ApiKey(Secret apiKey, @Nullable String accountId, boolean asClient) implements Grant {
        @Override
        public String label() {
            return "apikey";
        }

        @Override
        public String toString() {
            return label();
        }
    }

    /** Log in by user name and password, RFC 6749 section 4.3. */
    record Password(
            String username, Secret password, @Nullable String accountId) implements Grant {
        @Override
        public String label() {
            return "password";
        }

        @Override
        public String toString() {
            return label();
        }
    }

    /** Log in by a one-time passcode. Never sent twice. */
    record Passcode(Secret passcode, @Nullable String accountId) implements Grant {
        @Override
        public String label() {
            return "passcode";
        }

        @Override
        public String toString() {
            return label();
        }
    }

    /** Renew a session, RFC 6749 section 6, bound to {@code accountId} where given. */
    record Refresh(Secret refreshToken, @Nullable String accountId) implements Grant {
        @Override
        public String label() {
            return "refresh_token";
        }

        @Override
        public String toString() {
            return label();
        }
    }

    /** First of the two steps to a kube ID token: a refresh token that the client {@code kube} may exchange once. */
    record DelegatedRefresh(Secret refreshToken) implements Grant {
        @Override
        public String label() {
            return "delegated_refresh_token";
        }

        @Override
        public String toString() {
            return label();
        }
    }

    /** Second step: the exchange as {@code kube:kube}. */
    record DelegatedExchange(Secret delegatedRefreshToken) implements Grant {
        @Override
        public String label() {
            return "delegated-refresh-token";
        }

        @Override
        public String toString() {
            return label();
        }
    }

    /**
     * Another kube ID token as {@code kube:kube}, by the refresh token that the exchange before it brought: what kubectl's
     * own provider for OpenID Connect sends.
     */
    record KubeRefresh(Secret refreshToken) implements Grant {
        @Override
        public String label() {
            return "kube-refresh";
        }

        @Override
        public String toString() {
            return label();
        }
    }

    /** A kube ID token in one step: the API key as {@code kube:kube}. */
    record KubeApiKey(Secret apiKey) implements Grant {
        @Override
        public String label() {
            return "kube-apikey";
        }

        @Override
        public String toString() {
            return label();
        }
    }

    /**
     * Assume a trusted profile from a compute resource.
     *
     * @param asKube as {@code kube:kube}, for an ID token; not confirmed by any page of IAM
     */
    record ComputeResource(Secret crToken, TrustedProfile profile, boolean asKube) implements Grant {
        @Override
        public String label() {
            return asKube ? "kube-cr-token" : "cr-token";
        }

        @Override
        public String toString() {
            return label();
        }
    }
}

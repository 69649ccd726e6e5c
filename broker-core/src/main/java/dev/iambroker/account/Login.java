package dev.iambroker.account;

import dev.iambroker.secret.SecretSource;

/** How an account logs in, as configured. References only: the secrets behind them are read at each use. */
public sealed interface Login {
    /** The word of {@code status}, the API and the configuration. */
    String word();

    /** Whether the broker can log in with nobody at the keyboard. */
    boolean isUnattended();

    /** Whether each renewal presents the credential itself, so that there is no session which could end. */
    default boolean renewsByCredential() {
        return false;
    }

    /** Logged in again at will by its key. */
    record ApiKey(SecretSource key) implements Login {
        @Override
        public String word() {
            return "api-key";
        }

        @Override
        public boolean renewsByCredential() {
            return true;
        }

        @Override
        public boolean isUnattended() {
            return true;
        }
    }

    /** One automatic attempt at start and at the end of a session; a refusal stops until {@code login}. */
    record Password(String username, SecretSource password) implements Login {
        @Override
        public String word() {
            return "password";
        }

        @Override
        public boolean isUnattended() {
            return true;
        }
    }

    /** A one-time passcode that a person brings to {@code iam-broker login}. */
    record Passcode() implements Login {
        @Override
        public String word() {
            return "passcode";
        }

        @Override
        public boolean isUnattended() {
            return false;
        }
    }

    /** A refresh token from elsewhere, imported once for each value. */
    record RefreshToken(SecretSource token) implements Login {
        @Override
        public String word() {
            return "refresh-token";
        }

        @Override
        public boolean isUnattended() {
            return true;
        }
    }

    /** A compute resource that assumes a trusted profile by its platform's token. */
    record ComputeResource(TrustedProfile profile, SecretSource crToken) implements Login {
        @Override
        public String word() {
            return "trusted-profile";
        }

        @Override
        public boolean renewsByCredential() {
            return true;
        }

        @Override
        public boolean isUnattended() {
            return true;
        }
    }

    /** Another account through the login of {@code owner}: a refresh of its session with account binding. */
    record Shared(AccountName owner, Login ofOwner) implements Login {
        @Override
        public String word() {
            return ofOwner.word();
        }

        @Override
        public boolean isUnattended() {
            return ofOwner.isUnattended();
        }
    }
}

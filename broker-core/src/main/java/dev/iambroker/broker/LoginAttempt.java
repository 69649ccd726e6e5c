package dev.iambroker.broker;

import dev.iambroker.secret.Secret;

/** What a person brings to {@code login}. */
public sealed interface LoginAttempt {
    /** Nothing: the configured credential once more. */
    record Configured() implements LoginAttempt {}

    record Passcode(Secret passcode) implements LoginAttempt {
        @Override
        public String toString() {
            return "passcode";
        }
    }

    record Password(String username, Secret password) implements LoginAttempt {
        @Override
        public String toString() {
            return "password";
        }
    }

    record ApiKey(Secret apiKey) implements LoginAttempt {
        @Override
        public String toString() {
            return "api key";
        }
    }

    record RefreshToken(Secret refreshToken) implements LoginAttempt {
        @Override
        public String toString() {
            return "refresh token";
        }
    }
}

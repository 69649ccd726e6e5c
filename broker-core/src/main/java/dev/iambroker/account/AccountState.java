package dev.iambroker.account;

/** Where an account stands, as {@code status}, the API and the metrics say it. */
public enum AccountState {
    /** No token yet and the first attempt has not ended. */
    STARTING("starting"),
    VALID("valid"),
    /** A renewal is under way; what is cached is served. */
    REFRESHING("refreshing"),
    /** IAM fails for the moment; what is cached is served until its end. */
    BACKOFF("backoff"),
    /** Only a person can go on: run {@code iam-broker login}. */
    LOGIN_REQUIRED("login_required"),
    LOCKED("locked"),
    /** Could log in by itself and was logged out on purpose, until the next {@code login}. */
    DISABLED("disabled");

    private final String word;

    AccountState(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }
}

package dev.iambroker.token;

/** No account has the name that was asked for; also where a reload took the account away a moment ago. */
public final class UnknownAccount extends IllegalArgumentException {
    UnknownAccount() {
        super("no account has this name; 'iam-broker status' lists the configured ones");
    }
}

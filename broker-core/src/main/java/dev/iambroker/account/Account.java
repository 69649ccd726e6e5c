package dev.iambroker.account;

import org.jspecify.annotations.Nullable;

/**
 * One configured account.
 *
 * @param accountId the IBM Cloud account that its tokens are bound to, 32 hexadecimal digits; null leaves the login
 *     unbound
 * @param uaa whether UAA tokens are asked for and kept
 * @param expectedIamId whom its login has to belong to, {@code IBMid-…} or {@code iam-…}; null for whoever logs in first
 */
public record Account(
        AccountName name,
        Login login,
        @Nullable String accountId,
        Cloud cloud,
        boolean uaa,
        @Nullable String expectedIamId) {
    /** For whoever it turns out to belong to. */
    public Account(AccountName name, Login login, @Nullable String accountId, Cloud cloud, boolean uaa) {
        this(name, login, accountId, cloud, uaa, null);
    }

    /** The account whose session this one uses: itself, or the owner of a shared login. */
    public AccountName sessionOwner() {
        return login instanceof Login.Shared shared ? shared.owner() : name;
    }

    /** Whether an API key's login has to bring a refresh token too: UAA tokens, and some services, want a client's. */
    public boolean keepsKeySession() {
        return uaa || cloud.needsRefreshToken();
    }
}

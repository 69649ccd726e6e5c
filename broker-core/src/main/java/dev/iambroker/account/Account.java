package dev.iambroker.account;

import org.jspecify.annotations.Nullable;

/**
 * One configured account.
 *
 * @param accountId the IBM Cloud account that its tokens are bound to, 32 hexadecimal digits; null leaves the login
 *     unbound
 * @param uaa whether UAA tokens are asked for and kept
 */
public record Account(
        AccountName name, Login login, @Nullable String accountId, Cloud cloud, boolean uaa) {
    /** The account whose session this one uses: itself, or the owner of a shared login. */
    public AccountName sessionOwner() {
        return login instanceof Login.Shared shared ? shared.owner() : name;
    }

    /** Whether an API key's login has to bring a refresh token too: UAA tokens, and some services, want a client's. */
    public boolean keepsKeySession() {
        return uaa || cloud.needsRefreshToken();
    }
}

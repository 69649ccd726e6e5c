package dev.iambroker.iam;

import dev.iambroker.account.Account;
import dev.iambroker.secret.Secret;
import java.util.Set;

/** Port to IAM. Blocking, for virtual threads; implementations are thread-safe. */
public interface IamClient {
    /**
     * Sends one grant, once, with a deadline over the whole exchange, body included. Never retries.
     *
     * @throws IamFailure classified; also for an answer that lacks the token the grant is for
     */
    IamAnswer request(Account account, Grant grant);

    /**
     * A one-time passcode of the session's user, asked for with its refresh token, which is not rotated by that. Sent
     * once, with the same deadline.
     *
     * @throws IamFailure classified
     */
    Secret passcode(Account account, Secret refreshToken);

    /**
     * Revokes a refresh token where IAM offers it, RFC 7009. Best effort.
     *
     * @throws IamFailure if IAM was not reached or refused
     */
    void revoke(Account account, Secret refreshToken);

    /**
     * The issuers that ID tokens of the account's IAM may name, as RFC 7519 section 4.1.1 has it; empty where that cannot
     * be told, which is no reason to refuse a token. May block for some seconds; never throws an {@link IamFailure}.
     */
    Set<String> issuers(Account account);

    /**
     * Which IAM the account's requests go to: equal for accounts whose requests reach the same one. Quick; fit for a log
     * line, without a secret.
     */
    String upstream(Account account);
}

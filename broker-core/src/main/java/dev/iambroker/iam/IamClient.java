package dev.iambroker.iam;

import dev.iambroker.account.Account;
import dev.iambroker.secret.Secret;
import java.net.URI;
import org.jspecify.annotations.Nullable;

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
     * The issuers that ID tokens of the account's IAM may name. May block for some seconds; never throws an
     * {@link IamFailure}.
     *
     * @param named what a token at hand names: where something else is known, IAM may be asked once more, in case it
     *     changed its mind; null where the token names none
     */
    TokenIssuers issuers(Account account, @Nullable String named);

    /**
     * The page on which the account's IAM shows a person a one-time passcode, on a host of IAM's own. May block for some
     * seconds; never throws an {@link IamFailure}.
     */
    URI passcodePage(Account account);

    /**
     * Which IAM the account's requests go to: equal for accounts whose requests reach the same one. Quick; fit for a log
     * line, without a secret.
     */
    String upstream(Account account);
}

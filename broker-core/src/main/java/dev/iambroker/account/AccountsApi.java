package dev.iambroker.account;

import dev.iambroker.secret.Secret;
import java.util.List;

/** Port to the accounts service. Blocking; implementations are thread-safe and bound every call in time. */
public interface AccountsApi {
    /**
     * All accounts that the bearer of {@code accessToken} can reach, all pages.
     *
     * @throws ServiceFailure if the service cannot be reached, refuses, or answers with what is not a list
     */
    List<IbmAccount> list(Account account, Secret accessToken);
}

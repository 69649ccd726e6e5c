package dev.iambroker.server.config;

import dev.iambroker.account.Account;
import dev.iambroker.account.Login;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What differs between two configurations of one account, as the keys below it that a person would look at. */
final class AccountDiff {
    private final List<String> keys = new ArrayList<>();

    private AccountDiff() {}

    static List<String> between(AccountConfig before, AccountConfig after) {
        AccountDiff diff = new AccountDiff();
        diff.compare(before.account(), after.account());
        diff.compare(before.endpoints(), after.endpoints());
        return List.copyOf(diff.keys);
    }

    private void compare(Account before, Account after) {
        if (!before.login().equals(after.login())) {
            keys.add(key(after.login()));
        }
        addUnlessEqual("account-id", before.accountId(), after.accountId());
        addUnlessEqual("expect-iam-id", before.expectedIamId(), after.expectedIamId());
        addUnlessEqual("cloud", before.cloud(), after.cloud());
        addUnlessEqual("uaa", before.uaa(), after.uaa());
    }

    private static String key(Login login) {
        return login instanceof Login.Shared ? "login" : login.word();
    }

    private void compare(Endpoints before, Endpoints after) {
        addUnlessEqual("endpoints.iam", before.iam(), after.iam());
        addUnlessEqual("endpoints.accounts", before.accounts(), after.accounts());
        addUnlessEqual("endpoints.containers", before.containers(), after.containers());
        addUnlessEqual("endpoints.region", before.region(), after.region());
        addUnlessEqual("endpoints.ca-file", before.caFile(), after.caFile());
    }

    private void addUnlessEqual(String key, @Nullable Object before, @Nullable Object after) {
        if (!Objects.equals(before, after)) {
            keys.add(key);
        }
    }
}

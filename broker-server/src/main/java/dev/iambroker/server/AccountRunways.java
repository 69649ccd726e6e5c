package dev.iambroker.server;

import dev.iambroker.account.AccountName;
import dev.iambroker.server.telemetry.Runways;
import dev.iambroker.token.AccountStatus;
import dev.iambroker.token.TokenService;
import dev.iambroker.token.UnknownAccount;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the status of each account says; nothing before there are accounts, nor of one that a reload takes away. Thread-safe. */
final class AccountRunways implements Runways {
    private final Supplier<@Nullable TokenService> tokens;

    AccountRunways(Supplier<@Nullable TokenService> tokens) {
        this.tokens = tokens;
    }

    @Override
    public double ofTokens(AccountName account) {
        return seconds(account, AccountStatus::runway);
    }

    @Override
    public double ofLogin(AccountName account) {
        return seconds(account, AccountStatus::loginRunway);
    }

    private double seconds(AccountName account, Function<AccountStatus, @Nullable Duration> which) {
        TokenService service = tokens.get();
        if (service == null || service.find(account) == null) {
            return Double.NaN;
        }
        try {
            Duration runway = which.apply(service.status(account));
            return runway == null ? Double.NaN : runway.toMillis() / 1000.0;
        } catch (UnknownAccount removedMeanwhile) {
            return Double.NaN;
        }
    }
}

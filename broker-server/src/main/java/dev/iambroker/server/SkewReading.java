package dev.iambroker.server;

import dev.iambroker.account.Account;
import dev.iambroker.iam.Claims;
import dev.iambroker.iam.Grant;
import dev.iambroker.iam.IamAnswer;
import dev.iambroker.iam.IamClient;
import dev.iambroker.iam.IssuedToken;
import dev.iambroker.secret.Secret;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Reads IAM's clock off every token it issues. A token says in whole seconds when it was issued, RFC 7519 section 4.1.6,
 * so a reading is good to a second, and the time of the request is in it.
 */
record SkewReading(IamClient iam, Consumer<Duration> skew) implements IamClient {
    @Override
    public IamAnswer request(Account account, Grant grant) {
        IamAnswer answer = iam.request(account, grant);
        IssuedToken token = answer.access() != null ? answer.access() : answer.id();
        Claims claims = token == null ? null : token.claims();
        if (claims != null && claims.issuedAt() != null) {
            skew.accept(Duration.between(answer.requestedAt(), claims.issuedAt()));
        }
        return answer;
    }

    @Override
    public void revoke(Account account, Secret refreshToken) {
        iam.revoke(account, refreshToken);
    }

    @Override
    public String upstream(Account account) {
        return iam.upstream(account);
    }
}

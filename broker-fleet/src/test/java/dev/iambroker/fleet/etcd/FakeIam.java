package dev.iambroker.fleet.etcd;

import dev.iambroker.account.Account;
import dev.iambroker.iam.CallLimit;
import dev.iambroker.iam.Grant;
import dev.iambroker.iam.IamAnswer;
import dev.iambroker.iam.IamClient;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.iam.TokenIssuers;
import dev.iambroker.secret.Secret;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** IAM that notes what it is asked, and under which limit. */
final class FakeIam implements IamClient {
    final List<String> asked = new ArrayList<>();
    final List<Duration> left = new ArrayList<>();
    Runnable during = () -> {};

    @Nullable
    IamFailure failure;

    @Override
    public IamAnswer request(Account account, Grant grant) {
        asked.add(grant.label());
        left.add(Duration.ofNanos(CallLimit.ofThisThread().getAsLong()));
        during.run();
        if (failure != null) {
            throw failure;
        }
        return new IamAnswer(null, null, null, null, null, null, null, Instant.EPOCH);
    }

    @Override
    public Secret passcode(Account account, Secret refreshToken) {
        asked.add("passcode");
        return Secret.of("passcode");
    }

    @Override
    public void revoke(Account account, Secret refreshToken) {}

    @Override
    public TokenIssuers issuers(Account account, @Nullable String named) {
        throw new IllegalStateException("not asked for here");
    }

    @Override
    public URI passcodePage(Account account) {
        return URI.create("https://iam.example");
    }

    @Override
    public String upstream(Account account) {
        return "iam.example";
    }
}

package dev.iambroker.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.Cloud;
import dev.iambroker.account.Login;
import dev.iambroker.iam.Claims;
import dev.iambroker.iam.Grant;
import dev.iambroker.iam.IamAnswer;
import dev.iambroker.iam.IamClient;
import dev.iambroker.iam.IssuedToken;
import dev.iambroker.secret.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class SkewReadingTest {
    private static final Instant ASKED = Instant.parse("2026-01-01T00:00:00Z");
    private static final Account ACCOUNT =
            new Account(new AccountName("prod"), new Login.Passcode(), null, Cloud.IBM_CLOUD, /* uaa= */ false);

    private final List<Duration> readings = new ArrayList<>();

    @Test
    void request_clockOfIamAhead_isRead() {
        ask(ASKED.plusSeconds(90));
        assertThat(readings).containsExactly(Duration.ofSeconds(90));
    }

    @Test
    void request_tokenThatSaysNothing_readsNothing() {
        ask(null);
        assertThat(readings).isEmpty();
    }

    private void ask(@Nullable Instant issuedAt) {
        Claims claims = new Claims(issuedAt, null, null, null, null, List.of(), Set.of());
        Duration life = Duration.ofHours(1);
        IssuedToken access = new IssuedToken(Secret.of("token"), life, ASKED.plus(life), claims);
        IamClient iam = new IamClient() {
            @Override
            public IamAnswer request(Account account, Grant grant) {
                return new IamAnswer(access, null, null, null, null, null, null, ASKED);
            }

            @Override
            public void revoke(Account account, Secret refreshToken) {}

            @Override
            public String upstream(Account account) {
                return "https://iam.test";
            }
        };
        new SkewReading(iam, readings::add).request(ACCOUNT, new Grant.Passcode(Secret.of("code"), null));
    }
}

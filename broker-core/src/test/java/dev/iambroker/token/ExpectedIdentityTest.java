package dev.iambroker.token;

import static dev.iambroker.token.Bench.DEV;
import static dev.iambroker.token.Bench.PROD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.Cloud;
import dev.iambroker.account.Login;
import dev.iambroker.secret.Secret;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The identity that a configuration pins: each answer of IAM is judged by it. The scripted IAM answers as IBMid-1. */
final class ExpectedIdentityTest {
    private static Account expecting(Account account, String iamId) {
        return new Account(account.name(), account.login(), account.accountId(), account.cloud(), account.uaa(), iamId);
    }

    @Test
    void login_asExpected_isServed() {
        Bench bench = new Bench(expecting(Bench.byKey(), "IBMid-1")).started();
        assertThat(bench.access(PROD)).isNotNull();
        assertThat(bench.kube(PROD)).isNotNull();
    }

    @Test
    void login_asSomebodyElse_isRefusedWithBothNames() {
        Bench bench = new Bench(expecting(Bench.byPasscode(), "IBMid-7")).started();
        assertThatThrownBy(() -> bench.tokens.loginByPasscode(DEV, Secret.of("one-time")))
                .isInstanceOf(RenewalFailure.IdentityMismatch.class)
                .hasMessageContaining("expect-iam-id IBMid-7")
                .hasMessageContaining("IAM answered for IBMid-1");
        assertThatThrownBy(() -> bench.access(DEV)).isInstanceOf(RenewalFailure.class);
    }

    @Test
    void renewal_turnsIntoSomebodyElse_isRefusedAndTheGoodTokenStays() {
        Bench bench = new Bench(expecting(Bench.byPasscode(), "IBMid-1")).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("one-time"));
        Token good = bench.access(DEV);
        bench.iam.answerAs("IBMid-2");
        bench.time.advance(Duration.ofMinutes(40));
        assertThat(bench.access(DEV)).isEqualTo(good);
        bench.time.advance(Duration.ofMinutes(21));
        assertThatThrownBy(() -> bench.access(DEV))
                .isInstanceOf(RenewalFailure.IdentityMismatch.class)
                .hasMessageContaining("IBMid-1")
                .hasMessageContaining("IBMid-2");
    }

    @Test
    void kubeToken_ofSomebodyElse_isRefusedWithBothNames() {
        Bench bench = new Bench(expecting(Bench.byKey(), "IBMid-1")).started();
        bench.access(PROD);
        bench.iam.answerAs("IBMid-2");
        assertThatThrownBy(() -> bench.kube(PROD))
                .isInstanceOf(RenewalFailure.IdentityMismatch.class)
                .hasMessageContaining("IBMid-1")
                .hasMessageContaining("IBMid-2");
    }

    @Test
    void sharedLogin_ofSomebodyElse_isRefusedByWhatItsOwnerExpects() {
        AccountName team = new AccountName("team-b");
        Account owner = expecting(Bench.byPasscode(), "IBMid-1");
        Account shared = new Account(
                team,
                new Login.Shared(DEV, owner.login()),
                "ffffffffffffffffffffffffffffffff",
                Cloud.IBM_CLOUD,
                /* uaa= */ false);
        Bench bench = new Bench(owner, shared).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("one-time"));
        bench.iam.answerAs("IBMid-2");
        assertThatThrownBy(() -> bench.access(team))
                .isInstanceOf(RenewalFailure.IdentityMismatch.class)
                .hasMessageContaining("IBMid-1")
                .hasMessageContaining("IBMid-2");
    }

    @Test
    void restart_withAnotherExpectation_doesNotServeWhatWasKept() {
        Bench bench = new Bench(Bench.byPasscode()).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("one-time"));
        bench.time.settle();

        Bench same = bench.restarted(List.of(expecting(Bench.byPasscode(), "IBMid-1")));
        same.started();
        assertThat(same.access(DEV)).isNotNull();

        Bench other = same.restarted(List.of(expecting(Bench.byPasscode(), "IBMid-7")));
        other.started();
        assertThatThrownBy(() -> other.access(DEV))
                .isInstanceOf(RenewalFailure.IdentityMismatch.class)
                .hasMessageContaining("IBMid-7")
                .hasMessageContaining("IBMid-1");
    }

    @Test
    void reload_withAnotherExpectation_stopsServingWhatIsCached() {
        Bench bench = new Bench(Bench.byPasscode()).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("one-time"));
        assertThat(bench.access(DEV)).isNotNull();

        bench.tokens
                .reconfigure(List.of(expecting(Bench.byPasscode(), "IBMid-7")))
                .run();

        assertThatThrownBy(() -> bench.access(DEV)).isInstanceOf(RenewalFailure.IdentityMismatch.class);
    }
}

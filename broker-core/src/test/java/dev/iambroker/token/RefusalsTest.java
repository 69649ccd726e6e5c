package dev.iambroker.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.account.AccountName;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class RefusalsTest {
    private final Refusals refusals = new Refusals();

    @Test
    void oneAccountRefusedAgainAndAgain_isNewsOnce() {
        assertThat(refusals.isNews(account(0))).isTrue();
        assertThat(refusals.isNews(account(0))).isFalse();
        assertThat(refusals.isNews(account(0))).isFalse();
    }

    @Test
    void oneAccountRefusedAfterItWasAnswered_isNewsAgain() {
        refusals.isNews(account(0));
        refusals.answered(account(0));
        assertThat(refusals.isNews(account(0))).isTrue();
    }

    @Test
    void bothOfTwoAccountsRefused_isNewsEveryTime() {
        refusals.isNews(account(0));
        refusals.isNews(account(1));
        assertThat(refusals.isNews(account(0))).isTrue();
        assertThat(refusals.isNews(account(1))).isTrue();
    }

    @Test
    void upToATenthOfTheAccounts_isTheirsToWaitOut() {
        for (int i = 0; i < 100; i++) {
            refusals.answered(account(i));
        }
        for (int i = 0; i < 10; i++) {
            assertThat(refusals.isNews(account(i))).isTrue();
        }
        assertThat(refusals.isNews(account(3))).isFalse();
        assertThat(refusals.isNews(account(10))).isTrue();
        assertThat(refusals.isNews(account(3))).isTrue();
        refusals.answered(account(4));
        assertThat(refusals.isNews(account(3))).isFalse();
    }

    @Test
    void oneAccountRefusedAgain_afterAnotherThatWasRefusedIsGone_isNoNews() {
        refusals.isNews(account(0));
        refusals.isNews(account(1));
        refusals.keepOnly(Set.of(account(1)));
        assertThat(refusals.isNews(account(1))).isFalse();
    }

    private static AccountName account(int number) {
        return new AccountName("a" + number);
    }
}

package dev.iambroker.server.telemetry;

import dev.iambroker.account.AccountState;
import dev.iambroker.account.TokenKind;
import dev.iambroker.event.BrokerEvents.Outcome;
import java.util.Collection;
import java.util.function.ToDoubleFunction;

/** The series of every account, family by family, as a scrape shows them. */
record AccountSeries(Collection<AccountMeters> accounts, Runways runways) {
    private static final String GAUGE = "gauge";
    private static final String COUNTER = "counter";
    private static final TokenKind[] KINDS = TokenKind.values();
    private static final Outcome[] OUTCOMES = Outcome.values();
    private static final AccountState[] STATES = AccountState.values();

    void writeTo(SeriesText text) {
        if (accounts.isEmpty()) {
            return;
        }
        states(text);
        tokenEnds(text);
        clusterTokenEnds(text);
        refreshTokenEnds(text);
        runways(text);
        refreshes(text);
        joins(text);
    }

    private void states(SeriesText text) {
        text.family(MetricNames.ACCOUNT_STATE, GAUGE, "1 for the state that the account is in, 0 for the others.");
        for (AccountMeters account : accounts) {
            AccountState now = account.state();
            for (AccountState each : STATES) {
                text.sample(
                        MetricNames.ACCOUNT_STATE,
                        now == each ? 1 : 0,
                        MetricNames.ACCOUNT,
                        account.name().value(),
                        MetricNames.STATE,
                        each.word());
            }
        }
    }

    private void tokenEnds(SeriesText text) {
        text.family(
                MetricNames.TOKEN_EXPIRY,
                GAUGE,
                "When the cached token ends, Unix time. No series while none is cached.");
        for (AccountMeters account : accounts) {
            for (TokenKind kind : KINDS) {
                long end = account.tokenEnd(kind);
                if (end != AccountMeters.NO_END) {
                    ofKind(text, MetricNames.TOKEN_EXPIRY, account, kind, (double) end);
                }
            }
        }
    }

    private void clusterTokenEnds(SeriesText text) {
        text.family(
                MetricNames.CLUSTER_TOKEN_EXPIRY,
                GAUGE,
                "When the cached token ends, Unix time. No series while none is cached.");
        for (AccountMeters account : accounts) {
            account.clusterTokenEnds()
                    .forEach((cluster, end) -> text.sample(
                            MetricNames.CLUSTER_TOKEN_EXPIRY,
                            end,
                            MetricNames.ACCOUNT,
                            account.name().value(),
                            MetricNames.CLUSTER,
                            cluster));
        }
    }

    private void refreshTokenEnds(SeriesText text) {
        text.family(
                MetricNames.REFRESH_TOKEN_EXPIRY,
                GAUGE,
                "When IAM says that the session's refresh token ends, Unix time.");
        for (AccountMeters account : accounts) {
            long end = account.refreshTokenEnd();
            if (end != AccountMeters.NO_END) {
                ofAccount(text, MetricNames.REFRESH_TOKEN_EXPIRY, account, (double) end);
            }
        }
    }

    private void runways(SeriesText text) {
        runway(
                text,
                MetricNames.RUNWAY,
                "Seconds until the first caller fails if IAM stays down from now on; NaN where unknown.",
                account -> runways.ofTokens(account.name()));
        runway(
                text,
                MetricNames.LOGIN_RUNWAY,
                "Seconds until the login ends if IAM stays down; NaN where it begins anew by itself or none knows.",
                account -> runways.ofLogin(account.name()));
    }

    private void runway(SeriesText text, String name, String help, ToDoubleFunction<AccountMeters> seconds) {
        text.family(name, GAUGE, help);
        accounts.forEach(account -> ofAccount(text, name, account, seconds.applyAsDouble(account)));
    }

    /** Those of access tokens are there before the first, so that an alert sees it come. */
    private void refreshes(SeriesText text) {
        text.family(MetricNames.REFRESHES, COUNTER, "Renewals that ended, by how they ended.");
        for (AccountMeters account : accounts) {
            for (TokenKind kind : KINDS) {
                for (Outcome outcome : OUTCOMES) {
                    refreshes(text, account, kind, outcome);
                }
            }
        }
    }

    private static void refreshes(SeriesText text, AccountMeters account, TokenKind kind, Outcome outcome) {
        long count = account.refreshes(kind, outcome);
        if (kind == TokenKind.ACCESS || count > 0) {
            text.sample(
                    MetricNames.REFRESHES,
                    (double) count,
                    MetricNames.ACCOUNT,
                    account.name().value(),
                    MetricNames.KIND,
                    kind.word(),
                    MetricNames.OUTCOME,
                    outcome.word());
        }
    }

    private void joins(SeriesText text) {
        text.family(MetricNames.REQUESTS_COALESCED, COUNTER, "Callers that joined a renewal already under way.");
        for (AccountMeters account : accounts) {
            for (TokenKind kind : KINDS) {
                long count = account.coalesced(kind);
                if (kind == TokenKind.ACCESS || count > 0) {
                    ofKind(text, MetricNames.REQUESTS_COALESCED, account, kind, (double) count);
                }
            }
        }
    }

    private static void ofAccount(SeriesText text, String name, AccountMeters account, double value) {
        text.sample(name, value, MetricNames.ACCOUNT, account.name().value());
    }

    private static void ofKind(SeriesText text, String name, AccountMeters account, TokenKind kind, double value) {
        text.sample(name, value, MetricNames.ACCOUNT, account.name().value(), MetricNames.KIND, kind.word());
    }
}

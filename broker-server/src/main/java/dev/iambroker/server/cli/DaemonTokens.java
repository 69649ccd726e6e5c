package dev.iambroker.server.cli;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.TokenKind;
import dev.iambroker.broker.AccessTokens;
import dev.iambroker.broker.BrokerFailure;
import dev.iambroker.broker.BrokerFailure.About;
import dev.iambroker.broker.TokenGrant;
import dev.iambroker.broker.TokenRequest;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.secret.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The access token of one account, asked of the daemon anew each time: it judges by the user of this process, whoever the
 * client is. While the daemon is away, as in a restart, a request waits for it as long as it would for IAM. Thread-safe.
 */
final class DaemonTokens implements AccessTokens {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

    private final BrokerClient client;
    private final Surroundings around;
    private final String account;

    DaemonTokens(BrokerClient client, Surroundings around, String account) {
        this.client = client;
        this.around = around;
        this.account = account;
    }

    @Override
    public List<String> accessible(ClientIdentity unused) {
        return List.of(account);
    }

    @Override
    public @Nullable TokenGrant tokenNow(ClientIdentity unused, TokenRequest request) {
        return null;
    }

    @Override
    public TokenGrant token(ClientIdentity unused, TokenRequest request) {
        if (!request.account().equals(account)) {
            throw new BrokerFailure.Denied(
                    "this listener serves account \"" + account + "\" alone: name it, or none", About.NOTHING);
        }
        Instant end = around.clock().instant().plus(request.patience());
        while (true) {
            BrokerAnswer answer = askedOnce(request);
            if (answer != null && !ProblemReport.of(answer).isOfStopping()) {
                return granted(answer);
            }
            if (!around.clock().instant().isBefore(end) || !around.pause().pass(BETWEEN_LOOKS)) {
                throw new BrokerFailure.Unavailable(
                        "the broker is not reachable: start it again, or look at its log",
                        About.NOTHING.withRetryAfter(Duration.ofSeconds(1)));
            }
        }
    }

    /** Null where the daemon is away. */
    private @Nullable BrokerAnswer askedOnce(TokenRequest request) {
        String target = ClientAccess.accountPath(account) + "/token?kind=access&min_ttl="
                + request.minTtl().toSeconds() + "&wait=" + request.patience().toSeconds();
        try {
            return client.sendForStatus(
                    BrokerRequest.get(target, request.patience().plus(BrokerClient.MARGIN)));
        } catch (CommandFailure away) {
            return null;
        }
    }

    private TokenGrant granted(BrokerAnswer answer) {
        if (!answer.isSuccess()) {
            throw ProblemReport.of(answer).relayed();
        }
        try {
            JsonNode json = BrokerClient.parsed(answer);
            return new TokenGrant(
                    new AccountName(account),
                    TokenKind.ACCESS,
                    Secret.of(TokenCommand.token(json)),
                    Json.text(json, "scope"),
                    Instant.ofEpochSecond(json.path("expiration").asLong()),
                    Duration.ofSeconds(json.path("expires_in").asLong()),
                    "");
        } catch (CommandFailure | IllegalArgumentException malformed) {
            throw new BrokerFailure.Unavailable(
                    "the answer at the broker's socket is not a token: check --socket", About.NOTHING);
        }
    }
}

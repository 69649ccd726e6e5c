package dev.iambroker.server.http;

import dev.iambroker.account.TokenKind;
import dev.iambroker.broker.TokenBroker;
import dev.iambroker.broker.TokenGrant;
import dev.iambroker.broker.TokenRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An access token, asked for and answered as IAM would: for IBM's own SDKs as they are. */
record IdentityTokenRoute(TokenBroker broker) implements Route {
    @Override
    public RoutePattern pattern() {
        return RoutePattern.post(TokenForm.PATH);
    }

    @Override
    public @Nullable Answer now(Call call) {
        TokenGrant grant = broker.tokenNow(call.client(), request(call));
        return grant == null ? null : IamToken.answer(grant);
    }

    @Override
    public Answer answer(Call call) {
        return IamToken.answer(broker.token(call.client(), request(call)));
    }

    private TokenRequest request(Call call) {
        String named = call.proved().account();
        String account = named == null ? onlyAccount(call) : named;
        return new TokenRequest(
                account, TokenKind.ACCESS, null, TokenRequest.DEFAULT_MIN_TTL, TokenRequest.DEFAULT_WAIT);
    }

    private String onlyAccount(Call call) {
        List<String> accounts = broker.accessible(call.client());
        if (accounts.size() != 1) {
            throw RequestRefused.badRequest(
                    "the account is not named, and this client has not just one: send its alias as"
                            + " profile_name, or in apikey as ALIAS:SECRET");
        }
        return accounts.getFirst();
    }
}

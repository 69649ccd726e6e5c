package dev.iambroker.server.http;

import dev.iambroker.broker.TokenGrant;
import org.jspecify.annotations.Nullable;

/** An access token, asked for and answered as IAM would: for IBM's own SDKs as they are. */
record IdentityTokenRoute(IbmTokens tokens) implements Route {
    @Override
    public RoutePattern pattern() {
        return RoutePattern.post(TokenForm.PATH);
    }

    @Override
    public @Nullable Answer now(Call call) {
        TokenGrant grant = tokens.now(call.client(), call.proved().account());
        return grant == null ? null : IamToken.answer(grant);
    }

    @Override
    public Answer answer(Call call) {
        return IamToken.answer(tokens.token(call.client(), call.proved().account()));
    }
}

package dev.iambroker.server.http;

import dev.iambroker.broker.TokenGrant;
import dev.iambroker.secret.Secret;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The second step of VPC's instance metadata service: an access token for a session, its account a trusted profile. */
record MetadataTokenRoute(String path, MetadataSessions sessions, IbmTokens tokens) implements Route {
    private static final String COMPLAINT =
            "the body is not {\"trusted_profile\": {\"id\": ALIAS}}: the id is the account's alias, and a crn means nothing here";

    @Override
    public RoutePattern pattern() {
        return RoutePattern.post(path);
    }

    @Override
    public List<String> parameters() {
        return Metadata.PARAMETERS;
    }

    @Override
    public @Nullable Answer now(Call call) {
        demandSession(call);
        TokenGrant grant = tokens.now(call.client(), profile(call.body()));
        return grant == null ? null : answer(grant);
    }

    @Override
    public Answer answer(Call call) {
        return answer(tokens.token(call.client(), profile(call.body())));
    }

    private static Answer answer(TokenGrant grant) {
        return Metadata.answer(
                grant.token(),
                grant.expiresAt().minus(grant.left()),
                grant.expiresAt(),
                grant.left().toSeconds());
    }

    private void demandSession(Call call) {
        Metadata.demandWayIn(call);
        Secret token = call.bearer();
        if (token == null || !sessions.isOpen(call.client(), token)) {
            throw new RequestRefused(Problem.of(
                    ProblemType.UNAUTHORIZED,
                    "no session of this client is open by this token: open one with PUT, and send its token as"
                            + " 'Authorization: Bearer TOKEN'"));
        }
    }

    private static @Nullable String profile(byte[] body) {
        if (body.length == 0) {
            return null;
        }
        JsonObject profile = JsonObject.parse(body, COMPLAINT).object("trusted_profile");
        if (profile != null && profile.names().contains("crn")) {
            throw RequestRefused.badRequest(COMPLAINT);
        }
        return profile == null ? null : profile.string("id");
    }
}

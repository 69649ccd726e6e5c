package dev.iambroker.emulator.cloud;

import dev.iambroker.emulator.directory.Directory;
import dev.iambroker.emulator.directory.Identity;
import dev.iambroker.emulator.http.HttpRequest;
import dev.iambroker.emulator.http.Json;
import dev.iambroker.emulator.iam.TokenRejected;
import dev.iambroker.emulator.iam.TokenVerifier;
import dev.iambroker.emulator.record.Departure;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Who is calling, by the access token in the Authorization header. */
public final class BearerCheck {
    private static final String SCHEME = "bearer ";

    private final TokenVerifier verifier;
    private final Directory directory;

    public BearerCheck(TokenVerifier verifier, Directory directory) {
        this.verifier = verifier;
        this.directory = directory;
    }

    /** The token of the request; the scheme is compared without regard to case. */
    static String token(HttpRequest request) {
        String sent = request.header("Authorization");
        if (sent == null || !sent.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
            throw new Departure(
                    401, "A0003", "missing header Authorization: bearer <access token> on " + request.path());
        }
        return sent.substring(SCHEME.length());
    }

    Caller caller(String token) {
        ObjectNode claims = claims(token);
        String iamId = Json.text(claims, "iam_id");
        Identity identity = iamId == null ? null : directory.identity(iamId);
        if (identity == null || claims.has("aud")) {
            throw unauthorized("not an access token of this cloud");
        }
        return new Caller(identity, Json.text(claims.get("account"), "bss"));
    }

    /** The account of a caller who must be bound to one. */
    static String boundAccount(@Nullable String account) {
        if (account == null) {
            throw unauthorized("the token is not bound to an account");
        }
        return account;
    }

    private ObjectNode claims(String token) {
        try {
            return verifier.verify(token);
        } catch (TokenRejected e) {
            throw unauthorized(e.reason());
        }
    }

    private static CloudFailure unauthorized(String reason) {
        return new CloudFailure(401, "A0003", "Authentication", "The IAM token could not be verified: " + reason);
    }
}

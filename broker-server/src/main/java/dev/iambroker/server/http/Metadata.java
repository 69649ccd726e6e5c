package dev.iambroker.server.http;

import dev.iambroker.secret.Secret;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** What the two steps of VPC's instance metadata service have in common: their paths and the form of their answers. */
final class Metadata {
    /** Where a session is opened. */
    static final List<String> SESSION_PATHS = List.of("/instance_identity/v1/token", "/identity/v1/token");

    /** Where a session gives a token of IAM's. */
    static final List<String> TOKEN_PATHS = List.of("/instance_identity/v1/iam_token", "/identity/v1/iam_tokens");

    /** Clients name the version of the service that they were written for; the answers are the same in all there are. */
    static final List<String> PARAMETERS = List.of("version");

    private Metadata() {}

    static boolean isPath(String path) {
        return SESSION_PATHS.contains(path) || TOKEN_PATHS.contains(path);
    }

    static List<Route> routes(MetadataSessions sessions, IbmTokens tokens) {
        Stream<Route> opening = SESSION_PATHS.stream().map(path -> new MetadataSessionRoute(path, sessions));
        Stream<Route> using = TOKEN_PATHS.stream().map(path -> new MetadataTokenRoute(path, sessions, tokens));
        return Stream.concat(opening, using).toList();
    }

    /** @param from SDKs take what is between it and {@code until} for the whole life, and renew at 80 % of it: it is now */
    static Answer answer(Secret token, Instant from, Instant until, long expiresIn) {
        byte[] before =
                new JsonText().beginObject().name("access_token").openQuote().bytes();
        byte[] rest = new JsonText()
                .beginObject()
                .member("created_at", from)
                .member("expires_at", until)
                .member("expires_in", expiresIn)
                .endObject()
                .bytes();
        String after = "\"," + new String(rest, StandardCharsets.UTF_8).substring(1);
        return new SecretAnswer(new JsonWithSecret(before, token, after.getBytes(StandardCharsets.UTF_8)));
    }

    /** Over TCP these routes are reached by a path that carries the client's secret, and in no other way. */
    static void demandWayIn(Call call) {
        if (call.client().peer() == null && !call.hasKeyedPath()) {
            throw RouteTable.noSuchRoute();
        }
    }
}

package dev.iambroker.server.http;

import dev.iambroker.account.TokenKind;
import dev.iambroker.broker.TokenRequest;
import dev.iambroker.client.Caller;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.secret.Secret;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request that has found its route. */
final class Call {
    static final String KIND = "kind";
    static final String ACCOUNT = "account";
    static final String CLUSTER = "cluster";
    static final String MIN_TTL = "min_ttl";
    static final String WAIT = "wait";

    private final ClientIdentity client;
    private final HttpRequest request;
    private final List<String> variables;
    private final Query query;
    private final Witness witness;
    private final TransportRules.@Nullable Proved proved;

    /**
     * @param variables what stands for the segments in braces, in their order
     * @param proved what the form proved that came with it; null where none was asked for
     */
    Call(
            ClientIdentity client,
            HttpRequest request,
            List<String> variables,
            Query query,
            Witness witness,
            TransportRules.@Nullable Proved proved) {
        this.client = client;
        this.request = request;
        this.variables = variables;
        this.query = query;
        this.witness = witness;
        this.proved = proved;
    }

    /** What its form proved. @throws RequestRefused if it was sent to a path that is spelt so that none was asked for */
    TransportRules.Proved proved() {
        if (proved == null) {
            throw RouteTable.noSuchRoute();
        }
        return proved;
    }

    ClientIdentity client() {
        return client;
    }

    /** The process that runs the client; null where it is not known. */
    @Nullable
    Caller caller() {
        return witness.caller();
    }

    Query query() {
        return query;
    }

    byte[] body() {
        return request.body();
    }

    @Nullable
    String accept() {
        return request.header(HeaderName.ACCEPT);
    }

    /** {@code answer} in a form that the client takes; or why there is none. */
    Answer fitted(Answer answer) {
        return Compression.fitted(answer, request);
    }

    @Nullable
    String metadataFlavor() {
        return request.header(HeaderName.METADATA_FLAVOR);
    }

    /** What the Authorization header bears; null without one, or of another scheme. */
    @Nullable
    Secret bearer() {
        return TransportRules.bearer(request.header(HeaderName.AUTHORIZATION));
    }

    /** Whether the client proved itself by its path. */
    boolean hasKeyedPath() {
        return request.rawKey() != null;
    }

    /** The account of the path, as the client wrote it. */
    String account() {
        return variables.getFirst();
    }

    /** The cluster of the path, as the client wrote it. */
    String cluster() {
        return variables.get(1);
    }

    TokenKind kind() {
        String word = query.get(KIND);
        if (word == null) {
            return TokenKind.ACCESS;
        }
        return TokenKind.ofWord(word).orElseThrow(() -> unknownKind(word));
    }

    private static RequestRefused unknownKind(String word) {
        Problem problem = Problem.of(ProblemType.BAD_REQUEST, "unknown kind of token: there are access, kube and uaa");
        return new RequestRefused(word.equals("id") ? problem.withHint("kube") : problem);
    }

    Duration minTtl() {
        return Duration.ofSeconds(
                query.seconds(MIN_TTL, Long.MAX_VALUE).orElse(TokenRequest.DEFAULT_MIN_TTL.toSeconds()));
    }

    Duration patience(Duration unlessSaid) {
        return Duration.ofSeconds(
                query.seconds(WAIT, TokenRequest.MAX_WAIT.toSeconds()).orElse(unlessSaid.toSeconds()));
    }
}

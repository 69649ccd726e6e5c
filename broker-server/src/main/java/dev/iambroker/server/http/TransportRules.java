package dev.iambroker.server.http;

import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Scope;
import dev.iambroker.secret.Secret;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may speak at all on a listener, before any route is looked at: Host, then headers that only browsers and proxies
 * send, then the client secret. Immutable, thread-safe.
 */
public final class TransportRules {
    private static final String SCHEME = "Bearer ";

    /**
     * Sec-Fetch-Mode is not among them: Node's own fetch sends it. No client of the broker sends these; a web page that
     * reached the socket by DNS rebinding, or a proxy that opened it to a network, does.
     */
    private static final List<HeaderName> FOREIGN =
            List.of(HeaderName.ORIGIN, HeaderName.SEC_FETCH_SITE, HeaderName.X_FORWARDED_FOR, HeaderName.FORWARDED);

    private final @Nullable HostRule hosts;
    private final Proof proof;
    private final ClientSecrets secrets;
    private final Set<String> openPaths;
    private final @Nullable Scope scope;

    /** What a client must show. */
    private enum Proof {
        /** The peer is known; a secret is an addition. */
        PEER,
        SECRET,
        NOTHING
    }

    private TransportRules(@Nullable HostRule hosts, Proof proof, ClientSecrets secrets, Set<String> openPaths) {
        this(hosts, proof, secrets, openPaths, null);
    }

    private TransportRules(
            @Nullable HostRule hosts,
            Proof proof,
            ClientSecrets secrets,
            Set<String> openPaths,
            @Nullable Scope scope) {
        this.scope = scope;
        this.hosts = hosts;
        this.proof = proof;
        this.secrets = secrets;
        this.openPaths = openPaths;
    }

    /** The Unix socket: the kernel says who the peer is; a secret sent along is checked too. */
    public static TransportRules unixSocket(ClientSecrets secrets) {
        return new TransportRules(null, Proof.PEER, secrets, Set.of());
    }

    /** A shared Unix socket: as the main one, but whoever comes has what {@code scope} says and nothing else. */
    public static TransportRules sharedSocket(ClientSecrets secrets, Scope scope) {
        return new TransportRules(null, Proof.PEER, secrets, Set.of(), scope);
    }

    /**
     * Loopback TCP: a client secret for everything but {@code open}.
     *
     * @param open names of routes: {@code livez}, {@code readyz}
     */
    public static TransportRules loopback(ClientSecrets secrets, Set<String> open) {
        Set<String> paths = new HashSet<>();
        open.forEach(name -> paths.add("/" + name));
        return new TransportRules(new HostRule(Set.of()), Proof.SECRET, secrets, Set.copyOf(paths));
    }

    /**
     * The metrics listener: no secret, so serve nothing secret there.
     *
     * @param hosts names by which Prometheus or kubelet reach it, beside the loopback names and its address
     */
    public static TransportRules metrics(Set<String> hosts) {
        return new TransportRules(new HostRule(hosts), Proof.NOTHING, ClientSecrets.NONE, Set.of());
    }

    /** @throws RequestRefused where the request must not go further */
    ClientIdentity admit(HttpRequest request, Arrival arrival) {
        checkHost(request, arrival);
        checkForeign(request);
        ClientIdentity client = identify(request, arrival.client());
        return scope == null ? client : client.within(scope);
    }

    private void checkHost(HttpRequest request, Arrival arrival) {
        String host = request.header(HeaderName.HOST);
        if (hosts != null && (host == null || !hosts.allows(host, arrival.localPort(), arrival.localAddress()))) {
            throw new RequestRefused(Problem.of(
                    ProblemType.WRONG_HOST, "the Host header is none of this listener's names: use localhost"));
        }
    }

    private static void checkForeign(HttpRequest request) {
        for (HeaderName name : FOREIGN) {
            if (request.has(name)) {
                throw new RequestRefused(Problem.of(
                        ProblemType.FOREIGN_ORIGIN,
                        "requests with the header " + name.word() + " come from a browser or proxy and are refused"));
            }
        }
    }

    private ClientIdentity identify(HttpRequest request, ClientIdentity arrived) {
        if (proof == Proof.NOTHING) {
            return arrived;
        }
        String authorization = request.header(HeaderName.AUTHORIZATION);
        if (authorization != null) {
            return new ClientIdentity(arrived.peer(), ownersOf(authorization));
        }
        if (proof == Proof.SECRET && !openPaths.contains(request.rawPath())) {
            throw unauthorized("no client secret: send it as 'Authorization: Bearer SECRET'");
        }
        return arrived;
    }

    private Set<String> ownersOf(String authorization) {
        if (!authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw unauthorized("a client secret is sent as 'Authorization: Bearer SECRET'");
        }
        Secret presented = Secret.of(authorization.substring(SCHEME.length()).strip());
        Set<String> owners = ownersOf(presented);
        if (owners.isEmpty()) {
            throw new RequestRefused.WrongSecret(
                    "the client secret is nobody's: compare it with 'clients' in the configuration");
        }
        return owners;
    }

    private Set<String> ownersOf(Secret presented) {
        try {
            return secrets.ownersOf(presented);
        } finally {
            presented.wipe();
        }
    }

    private static RequestRefused unauthorized(String detail) {
        return new RequestRefused(Problem.of(ProblemType.UNAUTHORIZED, detail));
    }
}

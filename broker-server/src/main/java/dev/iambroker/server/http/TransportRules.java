package dev.iambroker.server.http;

import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Scope;
import dev.iambroker.secret.Secret;
import java.util.ArrayList;
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
    private static final String BASIC = "Basic ";

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

    /** Whether the client is still to prove itself, by a form. */
    boolean asksForForm(HttpRequest request) {
        return proof != Proof.NOTHING
                && request.method().equals("POST")
                && request.rawPath().equals(TokenForm.PATH);
    }

    /**
     * What a form proves.
     *
     * @param account the alias that it names, as the client wrote it; null where it names none
     */
    record Proved(ClientIdentity client, @Nullable String account) {}

    /**
     * @param admitted whom {@link #admit} let in with the form
     * @throws RequestRefused where the request must not go further
     */
    Proved prove(TokenForm form, ClientIdentity admitted) {
        if (form.readings().isEmpty()) {
            if (proof == Proof.SECRET && admitted.provenClients().isEmpty()) {
                throw unauthorized("no client secret: send one of the broker's as cr_token or apikey");
            }
            return new Proved(admitted, form.account());
        }
        List<Proved> fitting = new ArrayList<>();
        // All are compared: how long it takes says nothing about which one fits.
        for (TokenForm.Reading reading : form.readings()) {
            Set<String> owners = ownersOf(reading.secret());
            if (!owners.isEmpty()) {
                fitting.add(new Proved(with(owners, admitted), reading.account()));
            }
        }
        if (fitting.isEmpty()) {
            throw new RequestRefused.WrongSecret("the secret is nobody's: send a client secret of the broker's"
                    + " configuration in its place, and an API key of IBM Cloud to nobody but IBM");
        }
        return fitting.getFirst();
    }

    private static ClientIdentity with(Set<String> owners, ClientIdentity admitted) {
        Set<String> all = new HashSet<>(admitted.provenClients());
        all.addAll(owners);
        return new ClientIdentity(admitted.peer(), all, admitted.scope());
    }

    private ClientIdentity identify(HttpRequest request, ClientIdentity arrived) {
        String key = request.rawKey();
        if (key != null) {
            return new ClientIdentity(arrived.peer(), ownersOfPath(key, request.rawPath()));
        }
        if (proof == Proof.NOTHING) {
            return arrived;
        }
        if (Metadata.isPath(request.rawPath())) {
            return identifyForMetadata(arrived);
        }
        boolean hasForm = asksForForm(request);
        String authorization = request.header(HeaderName.AUTHORIZATION);
        // SDKs send there the client that they are to IAM.
        if (hasForm && (authorization == null || authorization.regionMatches(true, 0, BASIC, 0, BASIC.length()))) {
            return arrived;
        }
        if (authorization != null) {
            return new ClientIdentity(arrived.peer(), ownersOf(authorization));
        }
        if (proof == Proof.SECRET && !openPaths.contains(request.rawPath())) {
            throw unauthorized("no client secret: send it as 'Authorization: Bearer SECRET'");
        }
        return arrived;
    }

    /** Below a secret there is the metadata service and nothing else, and that only where nobody is known without one. */
    private Set<String> ownersOfPath(String key, String path) {
        if (proof != Proof.SECRET || !Metadata.isPath(path)) {
            throw RouteTable.noSuchRoute();
        }
        Set<String> owners = ownersOf(Secret.of(PercentEncoding.decode(key)));
        if (owners.isEmpty()) {
            throw new RequestRefused.WrongSecret(
                    "the client secret in the path is nobody's: compare it with 'clients' in the configuration");
        }
        return owners;
    }

    /** Their Authorization header bears no client secret, but the token of a session. */
    private ClientIdentity identifyForMetadata(ClientIdentity arrived) {
        if (proof == Proof.SECRET) {
            throw unauthorized("over TCP the metadata service is below /k/ and a client secret: use the URL"
                    + " http://127.0.0.1:PORT/k/SECRET");
        }
        return arrived;
    }

    /** What {@code authorization} bears; null where it is of another scheme. */
    static @Nullable Secret bearer(@Nullable String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return null;
        }
        return Secret.of(authorization.substring(SCHEME.length()).strip());
    }

    private Set<String> ownersOf(String authorization) {
        Secret presented = bearer(authorization);
        if (presented == null) {
            throw unauthorized("a client secret is sent as 'Authorization: Bearer SECRET'");
        }
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

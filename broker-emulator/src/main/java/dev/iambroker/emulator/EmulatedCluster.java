package dev.iambroker.emulator;

import dev.iambroker.emulator.http.HttpListener;
import dev.iambroker.emulator.kube.KubeObjects;
import dev.iambroker.emulator.kube.OAuthServer;
import org.jspecify.annotations.Nullable;

/** A cluster whose API server runs on loopback; one that is no OpenShift has an authority of its own. Belongs to its {@link Emulator}, which closes it. */
public final class EmulatedCluster {
    private final ClusterSpec spec;
    private final HttpListener listener;
    private final String caPem;
    private final KubeObjects objects;
    private final @Nullable OAuth oauth;

    /** The OAuth server of an OpenShift cluster, at a port of its own. */
    record OAuth(OAuthServer server, HttpListener listener) {
        String url() {
            return "https://127.0.0.1:" + listener.port();
        }
    }

    EmulatedCluster(ClusterSpec spec, HttpListener listener, String caPem, KubeObjects objects, @Nullable OAuth oauth) {
        this.spec = spec;
        this.listener = listener;
        this.caPem = caPem;
        this.objects = objects;
        this.oauth = oauth;
    }

    public String id() {
        return spec.id();
    }

    public String name() {
        return spec.name();
    }

    /** The id of its account. */
    public String account() {
        return spec.account();
    }

    public ClusterSpec spec() {
        return spec;
    }

    /** The API server by address, as {@code publicServiceEndpointURL}. */
    public String url() {
        return "https://127.0.0.1:" + listener.port();
    }

    /** The same server by name, as {@code privateServiceEndpointURL}. */
    public String privateUrl() {
        return "https://localhost:" + listener.port();
    }

    /** The certificate of the authority that signed the server's. */
    public String caPem() {
        return caPem;
    }

    /** What lives in it; changes are told to whoever watches. */
    public KubeObjects objects() {
        return objects;
    }

    /** The base of an OpenShift cluster's OAuth server. */
    public String oauthUrl() {
        return oauth().url();
    }

    /** Deletes every OAuth token that an OpenShift cluster gave out. */
    public void revokeTokens() {
        oauth().server().revokeAll();
    }

    /** How many OAuth tokens an OpenShift cluster gave out that were not revoked. */
    public int issuedTokens() {
        return oauth().server().issued();
    }

    private OAuth oauth() {
        if (oauth == null) {
            throw new IllegalStateException("cluster " + spec.name() + " is no OpenShift");
        }
        return oauth;
    }

    /** Refuses connections until {@link #start}. */
    public void stop() {
        listener.stop();
    }

    public void start() {
        listener.start();
    }
}

package dev.iambroker.emulator;

import dev.iambroker.emulator.http.HttpListener;

/** A cluster whose API server runs on loopback, with an authority of its own. Belongs to its {@link Emulator}, which closes it. */
public final class EmulatedCluster {
    private final ClusterSpec spec;
    private final HttpListener listener;
    private final String caPem;

    EmulatedCluster(ClusterSpec spec, HttpListener listener, String caPem) {
        this.spec = spec;
        this.listener = listener;
        this.caPem = caPem;
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

    /** Refuses connections until {@link #start}. */
    public void stop() {
        listener.stop();
    }

    public void start() {
        listener.start();
    }
}

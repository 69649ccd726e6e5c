package dev.iambroker.server.iam;

import java.time.Duration;

/** One set of endpoints: what is sent there, and the client that sends it. Identity is what tells two apart. */
final class CloudConnection {
    private static final Duration DISCOVERY_DEADLINE = Duration.ofSeconds(3);

    private final Endpoints endpoints;
    private final ClientOnDemand client;
    private final CloudProfile profile;
    private final HttpExchange exchange;
    private final Issuers issuers;
    private final PasscodePage passcodePage;

    CloudConnection(Endpoints endpoints, ClientOnDemand client, HttpSettings settings) {
        this.endpoints = endpoints;
        this.client = client;
        this.profile = CloudProfile.of(endpoints);
        this.exchange = new HttpExchange(client, settings);
        HttpExchange discovery = new HttpExchange(client, settings.within(DISCOVERY_DEADLINE));
        this.issuers = new Issuers(profile, discovery);
        this.passcodePage = new PasscodePage(profile, discovery);
    }

    Endpoints endpoints() {
        return endpoints;
    }

    CloudProfile profile() {
        return profile;
    }

    HttpExchange exchange() {
        return exchange;
    }

    Issuers issuers() {
        return issuers;
    }

    PasscodePage passcodePage() {
        return passcodePage;
    }

    /** Lets what is under way end. */
    void shutdown() {
        client.shutdown();
    }

    /** After {@link #shutdown}: whether its connections are closed within {@code patience}. */
    boolean hasEnded(Duration patience) {
        try {
            return client.awaitTermination(patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    void shutdownNow() {
        client.shutdownNow();
    }
}

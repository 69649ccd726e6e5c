package dev.iambroker.server.doctor;

import java.util.Locale;

/** What is looked at, in the order in which one thing needs the other. */
public enum Step {
    /** The file that {@code serve} would read. */
    CONFIGURATION,
    /** The socket, and a broker behind it. */
    DAEMON,
    /** Its part in the fleet, where one is configured. */
    FLEET,
    LOGIN,
    CLUSTER,
    TOKEN,
    /** What the token says of itself, as the cluster will read it. */
    CLAIMS,
    /** The host of the API server has an address. */
    DNS,
    /** It can be reached, and proves to be the cluster's. */
    TLS,
    /** This machine's clock, by the API server's. */
    CLOCK,
    /** The API server accepts the token. */
    VERSION,
    /** Whom it takes the caller for. */
    IDENTITY,
    /** What that one may do. */
    RBAC,
    /** What kubectl would use. */
    KUBECONFIG;

    /** As users read it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}

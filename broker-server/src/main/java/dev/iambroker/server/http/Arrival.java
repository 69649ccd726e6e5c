package dev.iambroker.server.http;

import dev.iambroker.client.ClientIdentity;

/**
 * What is known of a connection before its first byte.
 *
 * @param client the peer of a Unix socket; over TCP nobody yet
 * @param localPort the TCP port it came in by, 0 on a Unix socket
 * @param witness tells what the client's process runs
 */
public record Arrival(ClientIdentity client, int localPort, Witness witness) {
    /** Whose process cannot be looked at. */
    public Arrival(ClientIdentity client, int localPort) {
        this(client, localPort, Witness.BLIND);
    }
}

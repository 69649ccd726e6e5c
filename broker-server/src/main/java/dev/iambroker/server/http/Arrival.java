package dev.iambroker.server.http;

import dev.iambroker.client.ClientIdentity;

/**
 * What is known of a connection before its first byte.
 *
 * @param client the peer of a Unix socket; over TCP nobody yet
 * @param localPort the TCP port it came in by, 0 on a Unix socket
 * @param localAddress the address it came in by, as a {@code Host} header has it; empty on a Unix socket
 * @param witness tells what the client's process runs
 */
public record Arrival(ClientIdentity client, int localPort, String localAddress, Witness witness) {
    /** Whose process cannot be looked at. */
    public Arrival(ClientIdentity client, int localPort) {
        this(client, localPort, "", Witness.BLIND);
    }

    /** By a Unix socket. */
    public Arrival(ClientIdentity client, Witness witness) {
        this(client, 0, "", witness);
    }
}

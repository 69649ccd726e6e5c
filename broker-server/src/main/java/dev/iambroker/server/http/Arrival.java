package dev.iambroker.server.http;

import dev.iambroker.client.ClientIdentity;

/**
 * What is known of a connection before its first byte.
 *
 * @param client the peer of a Unix socket; over TCP nobody yet
 * @param localPort the TCP port it came in by, 0 on a Unix socket
 */
public record Arrival(ClientIdentity client, int localPort) {}

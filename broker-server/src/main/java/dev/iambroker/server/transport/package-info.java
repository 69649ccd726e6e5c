/**
 * Sockets, connections and who is at their other end: the first step of a request. Hands bytes to {@code http}, asks
 * {@code os} about peers.
 */
@NullMarked
package dev.iambroker.server.transport;

import org.jspecify.annotations.NullMarked;

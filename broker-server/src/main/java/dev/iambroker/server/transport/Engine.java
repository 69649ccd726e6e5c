package dev.iambroker.server.transport;

import java.util.concurrent.Executor;

/**
 * What all listeners share. None of it is closed by a listener.
 *
 * @param workers runs what may block, without a bound on how many at once: virtual threads
 */
public record Engine(EventLoops loops, Executor workers, ConnectionLimits limits, Witnesses witnesses) {}

package dev.iambroker.server.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How {@code demo} was called.
 *
 * @param socket the Unix socket to serve on; null for one in the demo's temporary directory
 */
public record DemoOptions(@Nullable Path socket) {}

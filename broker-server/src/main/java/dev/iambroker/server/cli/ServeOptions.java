package dev.iambroker.server.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How {@code serve} was called.
 *
 * @param config the configuration file; null to look where it usually is
 * @param socket the Unix socket to serve on; null for that of the configuration
 */
public record ServeOptions(@Nullable Path config, @Nullable Path socket) {}

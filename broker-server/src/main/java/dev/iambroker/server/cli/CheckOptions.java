package dev.iambroker.server.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How {@code check-config} was called.
 *
 * @param config the configuration file; null to look where it usually is
 * @param output how to print what is in effect
 */
public record CheckOptions(@Nullable Path config, OutputFormat output) {}

/**
 * The command line: one class a command. Talks to a running daemon over its Unix socket, in the shapes of {@code http};
 * commands that are the daemon go through {@link dev.iambroker.server.cli.DaemonCommands}, which the root package implements.
 */
@NullMarked
package dev.iambroker.server.cli;

import org.jspecify.annotations.NullMarked;

/** Wiring and life cycle: the only place that says {@code new} to an adapter or reads a clock. Sees every other package. */
@NullMarked
package dev.iambroker.server;

import org.jspecify.annotations.NullMarked;

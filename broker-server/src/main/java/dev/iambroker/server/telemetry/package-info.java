/**
 * What the broker tells its operators: metrics for Prometheus and the audit log. Implements the ports of {@code
 * dev.iambroker.event} and sees no other package of the server.
 */
@NullMarked
package dev.iambroker.server.telemetry;

import org.jspecify.annotations.NullMarked;

/** Metrics as a scraper reads them, and the audit log as an auditor does. */
@NullMarked
package dev.iambroker.server.telemetry;

import org.jspecify.annotations.NullMarked;

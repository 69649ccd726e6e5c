/** What was asked: every request as it came, departures from the published requests, counters. Sits on http. */
@NullMarked
package dev.iambroker.emulator.record;

import org.jspecify.annotations.NullMarked;

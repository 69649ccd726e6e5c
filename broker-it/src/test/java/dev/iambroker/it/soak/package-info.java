/**
 * All faults at once for a while, against a packaged daemon with many accounts and many clients, and the books on what they saw.
 * Above the harness; below nothing.
 */
@NullMarked
package dev.iambroker.it.soak;

import org.jspecify.annotations.NullMarked;

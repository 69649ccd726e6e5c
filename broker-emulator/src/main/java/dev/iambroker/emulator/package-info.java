/** The front door of the emulator: what a test or the demo starts, scripts and asks. Sees every other package of the module. */
@NullMarked
package dev.iambroker.emulator;

import org.jspecify.annotations.NullMarked;

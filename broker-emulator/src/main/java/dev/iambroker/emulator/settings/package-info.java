/** What a test turns: generation of the cloud, lifetimes, rotation, latency. Knows no other package. */
@NullMarked
package dev.iambroker.emulator.settings;

import org.jspecify.annotations.NullMarked;

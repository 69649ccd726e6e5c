/**
 * Measures the unpacked tarball beside named peers, for {@code dev/bench}: no test, and nothing that a build runs. Above the
 * {@code harness} and the emulated cloud.
 */
@NullMarked
package dev.iambroker.it.bench;

import org.jspecify.annotations.NullMarked;

/**
 * Starts the packaged broker as a process of its own and asks it as its users do: by command line, Unix socket and HTTP. Below
 * the tests of {@code dev.iambroker.it}; above the emulated cloud.
 */
@NullMarked
package dev.iambroker.it.harness;

import org.jspecify.annotations.NullMarked;

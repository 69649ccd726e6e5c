/** The port to durable sessions. Knows {@code account} and {@code secret}. */
@NullMarked
package dev.iambroker.store;

import org.jspecify.annotations.NullMarked;

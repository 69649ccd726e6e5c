/** What the broker tells its observers; nothing here steers. Knows {@code client} and {@code account}. */
@NullMarked
package dev.iambroker.event;

import org.jspecify.annotations.NullMarked;

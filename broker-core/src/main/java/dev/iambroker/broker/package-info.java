/** The front door: one method a client verb; policy first, then tokens. Knows {@code client}, {@code policy}, {@code token}, {@code account}, {@code event}, {@code secret}. */
@NullMarked
package dev.iambroker.broker;

import org.jspecify.annotations.NullMarked;

/** Tests of the packaged broker from outside, through {@code dev.iambroker.it.harness}; nothing of its classes is seen here. */
@NullMarked
package dev.iambroker.it;

import org.jspecify.annotations.NullMarked;

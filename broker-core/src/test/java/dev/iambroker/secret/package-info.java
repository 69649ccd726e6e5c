/** Tests of {@code secret}. */
@NullMarked
package dev.iambroker.secret;

import org.jspecify.annotations.NullMarked;

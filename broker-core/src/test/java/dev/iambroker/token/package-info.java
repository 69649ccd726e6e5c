/** Tests of {@code token}. */
@NullMarked
package dev.iambroker.token;

import org.jspecify.annotations.NullMarked;

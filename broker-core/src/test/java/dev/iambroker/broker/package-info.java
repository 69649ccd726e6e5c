/** Tests of {@code broker}. */
@NullMarked
package dev.iambroker.broker;

import org.jspecify.annotations.NullMarked;

/** Tests of {@code policy}. */
@NullMarked
package dev.iambroker.policy;

import org.jspecify.annotations.NullMarked;

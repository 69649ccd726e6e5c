/** Tests of {@code iam}. */
@NullMarked
package dev.iambroker.iam;

import org.jspecify.annotations.NullMarked;

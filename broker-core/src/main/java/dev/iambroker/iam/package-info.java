/** The port to IAM: every grant, every answer, every class of failure. Knows {@code account} and {@code secret}. */
@NullMarked
package dev.iambroker.iam;

import org.jspecify.annotations.NullMarked;

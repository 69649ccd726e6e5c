/** The life of a token: lookup, renewal, schedule. Knows {@code account}, {@code event}, {@code iam}, {@code store}, {@code secret}. */
@NullMarked
package dev.iambroker.token;

import org.jspecify.annotations.NullMarked;

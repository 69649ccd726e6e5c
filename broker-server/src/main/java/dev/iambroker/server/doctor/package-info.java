/**
 * Walks the way from a token to what it may do in a cluster, as kubectl would, and says which step broke. Used by {@code cli};
 * decodes tokens by {@code iam}.
 */
@NullMarked
package dev.iambroker.server.doctor;

import org.jspecify.annotations.NullMarked;

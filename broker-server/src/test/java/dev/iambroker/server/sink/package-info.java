/** Tests of files that tokens are kept in. */
@NullMarked
package dev.iambroker.server.sink;

import org.jspecify.annotations.NullMarked;

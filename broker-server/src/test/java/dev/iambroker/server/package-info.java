/** Tests over the whole of the server. */
@NullMarked
package dev.iambroker.server;

import org.jspecify.annotations.NullMarked;

/** Tests over the whole of the core. */
@NullMarked
package dev.iambroker;

import org.jspecify.annotations.NullMarked;

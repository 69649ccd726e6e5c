/** Who is asking, as data. Knows no other package. */
@NullMarked
package dev.iambroker.client;

import org.jspecify.annotations.NullMarked;

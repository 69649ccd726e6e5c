/** Clear text of credentials, the memory that it is kept in, and the only door to it. Knows no other package. */
@NullMarked
package dev.iambroker.secret;

import org.jspecify.annotations.NullMarked;

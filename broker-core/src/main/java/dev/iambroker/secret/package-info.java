/** Clear text of credentials, and the only door to it. Knows no other package. */
@NullMarked
package dev.iambroker.secret;

import org.jspecify.annotations.NullMarked;

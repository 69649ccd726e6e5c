/** Certificate authorities and server certificates for loopback. Knows no other package. */
@NullMarked
package dev.iambroker.emulator.tls;

import org.jspecify.annotations.NullMarked;

/**
 * What only the operating system knows and does: the processes of {@code /proc}, its signals, the protection of this
 * process and of the memory of secrets. Knows no other package of the server.
 */
@NullMarked
package dev.iambroker.server.os;

import org.jspecify.annotations.NullMarked;

/** What only the operating system knows: the processes of {@code /proc}. Knows no other package. */
@NullMarked
package dev.iambroker.server.os;

import org.jspecify.annotations.NullMarked;

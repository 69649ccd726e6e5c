/** What only the operating system knows: the processes of {@code /proc}, and its signals. Knows no other package. */
@NullMarked
package dev.iambroker.server.os;

import org.jspecify.annotations.NullMarked;

/** Black-box tests of the emulator over its sockets, with the JDK's HTTP client, plain sockets and real kubectl binaries. */
@NullMarked
package dev.iambroker.emulator;

import org.jspecify.annotations.NullMarked;

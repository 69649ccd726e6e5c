/** The wire: a strict HTTP/1.1 server on plain sockets, so that an answer can be cut, stalled or reset. Knows no other package. */
@NullMarked
package dev.iambroker.emulator.http;

import org.jspecify.annotations.NullMarked;

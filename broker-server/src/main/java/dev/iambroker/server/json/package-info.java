/** JSON as the daemon reads and writes it outside of its own HTTP interface. Knows no other package of the server. */
@NullMarked
package dev.iambroker.server.json;

import org.jspecify.annotations.NullMarked;

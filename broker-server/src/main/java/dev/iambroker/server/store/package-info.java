/**
 * Sessions and known clusters on disk: encrypted, atomic, synced, locked. Implements the ports of {@code
 * dev.iambroker.store} and sees no other package of the server.
 */
@NullMarked
package dev.iambroker.server.store;

import org.jspecify.annotations.NullMarked;

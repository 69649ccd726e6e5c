/**
 * Keeps tokens in files, for programs that read nothing else: what the broker hands out goes through a rendering into a
 * file, and who reads the file is told. Sees configuration, the store's way to the disk, and system calls.
 */
@NullMarked
package dev.iambroker.server.sink;

import org.jspecify.annotations.NullMarked;

/** What the store promises, tried on a real file system, with failing disks and killed processes. */
@NullMarked
package dev.iambroker.server.store;

import org.jspecify.annotations.NullMarked;

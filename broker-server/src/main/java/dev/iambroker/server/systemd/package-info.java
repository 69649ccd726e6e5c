/**
 * What a service manager hands to a daemon and wants to hear from it, as systemd defines it: sd_notify(3),
 * sd_watchdog_enabled(3), sd_listen_fds(3). Knows no other package of the server.
 */
@NullMarked
package dev.iambroker.server.systemd;

import org.jspecify.annotations.NullMarked;

/**
 * The status page: who may load it, what it is made of, and the loopback port it is loaded from. Comes after {@code cli}, which says
 * what there is to show, and sees no other package. Runs in the process of the command, never in the daemon.
 */
@NullMarked
package dev.iambroker.server.page;

import org.jspecify.annotations.NullMarked;

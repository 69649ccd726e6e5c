/**
 * The first step of a start: where things are, what the configuration says, where each value comes from, and where the
 * secrets behind its references lie. Knows the account, policy and secret packages of the core and nothing of the server.
 */
@NullMarked
package dev.iambroker.server.config;

import org.jspecify.annotations.NullMarked;

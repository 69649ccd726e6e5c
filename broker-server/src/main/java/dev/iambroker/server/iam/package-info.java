/**
 * The wire to IBM: what each generation of the cloud is sent, and what its answers mean. Implements the ports of {@code
 * iam} and {@code account}; reveals secrets into forms and headers. Knows no other package of the server.
 */
@NullMarked
package dev.iambroker.server.iam;

import org.jspecify.annotations.NullMarked;

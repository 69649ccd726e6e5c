/**
 * A request's bytes to an answer's bytes: parser, access rules, routes, JSON shapes, problems. Comes after {@code
 * transport}, which moves the bytes, and before the core's {@code broker}. Knows no Netty type but ByteBuf.
 */
@NullMarked
package dev.iambroker.server.http;

import org.jspecify.annotations.NullMarked;

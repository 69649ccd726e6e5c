/** The port to other brokers that share the logins. Knows {@code account}, {@code iam}, {@code secret} and {@code store}. */
@NullMarked
package dev.iambroker.fleet;

import org.jspecify.annotations.NullMarked;

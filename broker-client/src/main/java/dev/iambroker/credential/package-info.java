/**
 * The kubectl exec plugin where no native client was built: the twin of the C program in {@code src/main/c}, same
 * messages, same exit codes. Knows no other package and needs the modules {@code java.base} and {@code jdk.net}. No
 * lambda, no {@code String.format}, no regular expression: each costs its start-up milliseconds that a user waits for.
 */
@NullMarked
package dev.iambroker.credential;

import org.jspecify.annotations.NullMarked;

/**
 * A fleet on etcd: who renews which login, and the sessions that are shared. Knows the core's {@code fleet}, {@code
 * account}, {@code iam}, {@code secret} and {@code store}; only {@code Jetcd…} knows jetcd.
 */
@NullMarked
package dev.iambroker.fleet.etcd;

import org.jspecify.annotations.NullMarked;

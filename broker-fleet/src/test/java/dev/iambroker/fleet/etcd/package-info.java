@NullMarked
package dev.iambroker.fleet.etcd;

import org.jspecify.annotations.NullMarked;

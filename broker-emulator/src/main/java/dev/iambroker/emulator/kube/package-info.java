/** A Kubernetes API server as far as kubectl asks before and while it says who the caller is. Checks ID tokens by the keys of iam. */
@NullMarked
package dev.iambroker.emulator.kube;

import org.jspecify.annotations.NullMarked;

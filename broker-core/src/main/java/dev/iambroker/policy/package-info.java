/** Who may have what: rules and the decision over them, pure. Knows {@code client} and {@code account}. */
@NullMarked
package dev.iambroker.policy;

import org.jspecify.annotations.NullMarked;

/** The accounts and containers services. Checks bearer tokens by the keys of iam. */
@NullMarked
package dev.iambroker.emulator.cloud;

import org.jspecify.annotations.NullMarked;

/** What is brokered: accounts, how each logs in, what it can be asked for. Knows {@code secret}. */
@NullMarked
package dev.iambroker.account;

import org.jspecify.annotations.NullMarked;

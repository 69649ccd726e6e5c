/** Who and what is in the cloud: accounts, identities, API keys, passcodes, trusted profiles. Knows no other package. */
@NullMarked
package dev.iambroker.emulator.directory;

import org.jspecify.annotations.NullMarked;

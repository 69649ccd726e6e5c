/** How the cloud lies: one constant a misbehaviour, scoped by path, grant, account or key. Sits on http and record. */
@NullMarked
package dev.iambroker.emulator.fault;

import org.jspecify.annotations.NullMarked;
